import type { AppConfigKind } from '../../lib/core/app-config-kind.ts';
import type { KubernetesObject } from '../../lib/core/kubernetes-object.ts';
import { apiVersionOf } from '../../lib/core/resource-kind.ts';
import type { RenderRow } from '../../lib/postgres/app-configs/render-input.ts';

/** Marks of what we rendered. */
export const marks = {
  managedBy: 'app.kubernetes.io/managed-by',
  managedByValue: 'kubemirror',
  id: 'kubemirror.io/appconfig-id',
  generation: 'kubemirror.io/generation',
} as const;

/** The custom resource of an AppConfig: all that we own of it, and nothing else. */
export function customResource(id: string, row: RenderRow, kind: AppConfigKind): KubernetesObject {
  return {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: {
      name: row.name,
      namespace: kind.namespace,
      labels: { [marks.managedBy]: marks.managedByValue, [marks.id]: id },
      annotations: { [marks.generation]: String(row.generation) },
    },
    spec: {
      id,
      name: row.name,
      repository_url: row.repositoryUrl,
      branch: row.branch,
      environment: row.environment,
    },
  };
}

/** Id of the AppConfig that an object was rendered from; `undefined` for objects that are not ours. */
export function renderedId(object: KubernetesObject): string | undefined {
  const { labels } = object.metadata;
  if (labels?.[marks.managedBy] !== marks.managedByValue) return undefined;
  const id = labels[marks.id];
  return id !== undefined && isUuid(id) ? id : undefined;
}

/** As PostgreSQL writes a uuid: anything else in a query would fail the whole batch. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

/** True where a live object has everything that we want of it; what others added does not count. */
export function isAsWanted(live: KubernetesObject, wanted: KubernetesObject): boolean {
  if (live.metadata.deletionTimestamp !== undefined) return false;
  return (
    contains(live.metadata.labels, wanted.metadata.labels) &&
    contains(live.metadata.annotations, wanted.metadata.annotations) &&
    contains(live['spec'], wanted['spec'])
  );
}

function contains(live: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return live === wanted;
  if (typeof live !== 'object' || live === null) return false;
  return Object.entries(wanted).every(([field, value]) => contains(Reflect.get(live, field), value));
}
