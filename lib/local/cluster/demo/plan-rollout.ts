/** Replicas of one ReplicaSet: asked for, and available now. */
export type Replicas = { readonly name: string; readonly replicas: number; readonly available: number };

export type RolloutBounds = {
  readonly desired: number;
  /** How many more than desired may exist. */
  readonly maxSurge: number;
  /** How many fewer than desired may be available. */
  readonly maxUnavailable: number;
};

/**
 * The next scalings of a rolling update, none when it is through or has to wait for pods: the new ReplicaSet
 * grows as far as the surge allows; otherwise old ones shrink as far as enough stay available, first by what is
 * not available anyway.
 * @param old oldest first
 * @returns wanted replicas by ReplicaSet
 */
export function planRollout(
  { desired, maxSurge, maxUnavailable }: RolloutBounds,
  current: Replicas,
  old: readonly Replicas[],
): { readonly name: string; readonly replicas: number }[] {
  if (current.replicas > desired) return [{ name: current.name, replicas: desired }];
  const total = current.replicas + sum(old, ({ replicas }) => replicas);
  const room = desired + maxSurge - total;
  if (current.replicas < desired && room > 0) {
    return [{ name: current.name, replicas: Math.min(desired, current.replicas + room) }];
  }
  const minAvailable = desired - maxUnavailable;
  let removable = total - minAvailable - (current.replicas - current.available);
  const cleaned = old.map((set) => {
    const unavailable = Math.max(0, Math.min(set.replicas - set.available, removable));
    removable -= unavailable;
    return { ...set, replicas: set.replicas - unavailable };
  });
  let spare = Math.min(
    removable,
    current.available + sum(cleaned, (set) => Math.min(set.available, set.replicas)) - minAvailable,
  );
  return cleaned.flatMap((set, index) => {
    const fewer = Math.max(0, Math.min(set.replicas, spare));
    spare -= fewer;
    const replicas = set.replicas - fewer;
    return replicas === old[index]?.replicas ? [] : [{ name: set.name, replicas }];
  });
}

/** Resolves numbers and percentages of the desired replicas; a rollout that may do neither could never begin. */
export function rolloutBounds(
  desired: number,
  limits: { readonly maxSurge?: number | string; readonly maxUnavailable?: number | string } = {},
): RolloutBounds {
  const maxSurge = resolve(limits.maxSurge ?? '25%', desired, Math.ceil);
  const maxUnavailable = resolve(limits.maxUnavailable ?? '25%', desired, Math.floor);
  const isStuck = maxSurge === 0 && maxUnavailable === 0;
  return { desired, maxSurge, maxUnavailable: isStuck ? 1 : Math.min(maxUnavailable, desired) };
}

function resolve(value: number | string, of: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  return round((Number.parseFloat(value) * of) / 100);
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
