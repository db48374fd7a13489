import type { KubernetesObject } from '../../lib/core/kubernetes-object.ts';

/** The body of an answer as an object; `undefined` for a `Status` and for anything without a name. */
export function objectOf(body: unknown): KubernetesObject | undefined {
  if (typeof body !== 'object' || body === null || Reflect.get(body, 'kind') === 'Status') return undefined;
  const metadata: unknown = Reflect.get(body, 'metadata');
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  return typeof Reflect.get(metadata, 'name') === 'string' ? (body as KubernetesObject) : undefined;
}
