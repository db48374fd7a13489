import { parseApiVersion } from './resource-kind.ts';
import type { ResourceSubject } from './resource-subject.ts';

/**
 * Reads the `subject` of Knative's ApiServerSource, which looks like a self link but has `/apis` for the core
 * group too and a `namespaces` part for cluster-scoped objects as well:
 * `/apis/apps/v1/namespaces/shop/deployments/cart`, `/apis/v1/namespaces//nodes/n1`.
 * The plural in it is guessed by Knative from the kind.
 */
export function parseApiServerSubject(text: string): ResourceSubject | undefined {
  const match = /^\/apis\/(.+)\/namespaces\/([^/]*)\/([^/]+)\/(.+)$/.exec(text);
  const [, apiVersion, namespace, resource, name] = match ?? [];
  if (!apiVersion || namespace === undefined || !resource || !name) return undefined;
  // Knative marks an apiVersion that has a group and no version.
  const { group, version } = parseApiVersion(apiVersion.replace(/\/versionUnknown$/, ''));
  return version === '' ? undefined : { group, version, resource, namespace, name };
}
