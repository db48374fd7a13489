import type { AppConfigKind } from '../../lib/core/app-config-kind.ts';
import { appConfigRules } from '../../lib/core/app-config-rules.ts';
import type { KubernetesObject } from '../../lib/core/kubernetes-object.ts';
import type { RenderInput } from '../../lib/postgres/app-configs/render-input.ts';
import { customResource, isAsWanted, renderedId } from './custom-resource.ts';

/** What to do in the cluster for one AppConfig, deletes first. */
export type ObjectPlan = {
  readonly deletes: readonly {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
  }[];
  /** With the resourceVersion that was read, so that nobody's write in between is overwritten. */
  readonly apply: KubernetesObject | undefined;
  /** An object of ours that is going away already and has to be gone first. */
  readonly terminating: readonly string[];
  /** The object as it is, where nothing is to be done with it. */
  readonly unchanged: KubernetesObject | undefined;
};

/** Names whose live objects the plan needs to see; they become paths, so what is no name was never rendered. */
export function namesOf(input: RenderInput): string[] {
  const wanted = wantedName(input);
  const names = [...(input.status?.renderedNames ?? []), ...(wanted === undefined ? [] : [wanted])];
  return [...new Set(names)].filter(isName);
}

/** True for what an object and a file can be named. */
export function isName(text: string): boolean {
  return appConfigRules.name(text) === undefined;
}

/** Name that the object shall have; `undefined` where there shall be none. */
export function wantedName(input: RenderInput): string | undefined {
  return input.row === undefined || input.row.deleted ? undefined : input.row.name;
}

/** The row is gone, but nobody deleted it, softly or by SQL: the table was truncated, or is not the right one. */
export function isVanished({ row, status }: RenderInput): boolean {
  return row === undefined && status !== undefined && !status.deleteWanted;
}

/**
 * Compares what is wanted with what is there. Objects under another name are deleted only if they carry this
 * AppConfig's id: a name that another AppConfig has taken over meanwhile is its own.
 * @param live by name; every name of `namesOf` was looked up
 */
export function planObjects(
  input: RenderInput,
  live: ReadonlyMap<string, KubernetesObject>,
  kind: AppConfigKind,
): ObjectPlan {
  const wanted = wantedName(input);
  const deletes: ObjectPlan['deletes'][number][] = [];
  const terminating: string[] = [];
  for (const name of namesOf(input)) {
    const object = live.get(name);
    if (object === undefined) continue;
    const isOurs = renderedId(object) === input.id;
    if (object.metadata.deletionTimestamp !== undefined) {
      if (isOurs || name === wanted) terminating.push(name);
      continue;
    }
    const { uid, resourceVersion } = object.metadata;
    if (name === wanted || !isOurs || uid === undefined || resourceVersion === undefined) continue;
    deletes.push({ name, uid, resourceVersion });
  }
  if (wanted === undefined || input.row === undefined || terminating.includes(wanted)) {
    return { deletes, apply: undefined, terminating, unchanged: undefined };
  }
  const object = customResource(input.id, input.row, kind);
  const current = live.get(wanted);
  if (current === undefined) return { deletes, apply: object, terminating, unchanged: undefined };
  if (isAsWanted(current, object)) return { deletes, apply: undefined, terminating, unchanged: current };
  const { resourceVersion } = current.metadata;
  const guarded =
    resourceVersion === undefined ? object : { ...object, metadata: { ...object.metadata, resourceVersion } };
  return { deletes, apply: guarded, terminating, unchanged: undefined };
}
