import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import { timestamp } from '../writes/timestamp.ts';
import type { DemoApi } from './demo-api.ts';
import type { Condition } from './workload-objects.ts';

/** Makes the object's status the wanted one, without a request where it is that already. */
export async function setStatus(
  api: DemoApi,
  object: KubernetesObject,
  wanted: Readonly<Record<string, unknown>>,
): Promise<void> {
  const current = (object['status'] ?? {}) as Record<string, unknown>;
  const fields = new Set([...Object.keys(current), ...Object.keys(wanted)]);
  const changes = [...fields].filter((field) => !isDeepStrictEqual(current[field], wanted[field]));
  if (changes.length === 0) return;
  // null removes a field in a merge patch.
  const status = Object.fromEntries(changes.map((field) => [field, wanted[field] ?? null]));
  await api.patch(object, { status }, 'status');
}

/** Leaves zeros out, as the optional counters of statuses do. */
export function nonZero(counters: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counters).filter(([, value]) => value !== 0));
}

/**
 * The conditions with one of them set: its `lastTransitionTime` moves only with its status, and its
 * `lastUpdateTime`, where the kind has one, with anything.
 */
export function withCondition(
  conditions: readonly Condition[] | undefined,
  wanted: Omit<Condition, 'lastTransitionTime' | 'lastUpdateTime'>,
  now: Date,
  options: { readonly updateTimes?: boolean } = {},
): readonly Condition[] {
  const before = conditions?.find(({ type }) => type === wanted.type);
  const isSame =
    before !== undefined &&
    before.status === wanted.status &&
    before.reason === wanted.reason &&
    before.message === wanted.message;
  if (isSame) return conditions ?? [];
  const at = timestamp(now);
  const after = {
    ...wanted,
    lastTransitionTime:
      before?.status === wanted.status && before.lastTransitionTime !== undefined
        ? before.lastTransitionTime
        : at,
    ...(options.updateTimes === true ? { lastUpdateTime: at } : {}),
  };
  if (before === undefined) return [...(conditions ?? []), after];
  return (conditions ?? []).map((condition) => (condition === before ? after : condition));
}
