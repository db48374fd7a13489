import type { RenderInput } from '../../lib/postgres/app-configs/render-input.ts';
import { wantedName } from './plan-objects.ts';
import type { RenderedItem } from './render-target.ts';

/** What a comparison of all rows with all of the target found. */
export type Difference = {
  /** AppConfigs that are missing in the target, or are not there as they should be. */
  readonly toRender: readonly string[];
  /** Items with our mark that belong to no AppConfig. */
  readonly orphans: readonly RenderedItem[];
  /** AppConfigs whose row vanished without a delete, as TRUNCATE does. */
  readonly vanished: readonly string[];
  /** Items with our mark. */
  readonly ours: number;
  /** AppConfigs that shall be in the target. */
  readonly wanted: number;
};

/**
 * Compares everything. Items must have been listed before the rows were read: a row is older than its item, so an
 * item without a row then has lost it.
 */
export function compareAll(items: readonly RenderedItem[], inputs: readonly RenderInput[]): Difference {
  const byName = new Map(items.map((item) => [item.name, item]));
  const byId = Map.groupBy(
    items.filter((item) => item.id !== undefined),
    (item) => item.id,
  );
  const toRender: string[] = [];
  const vanished: string[] = [];
  const orphans: RenderedItem[] = [];
  const known = new Set<string | undefined>();
  let wanted = 0;
  for (const input of inputs) {
    const { id, status } = input;
    const own = byId.get(id) ?? [];
    const name = wantedName(input);
    known.add(id);
    if (name !== undefined) wanted += 1;
    if (input.row === undefined && status?.deleteWanted === false) vanished.push(id);
    else if (needsRendering(input, byName, own)) toRender.push(id);
    // Under a name that it never had, such as an object that was copied by hand with its labels.
    orphans.push(
      ...own.filter((item) => item.name !== name && status?.renderedNames.includes(item.name) !== true),
    );
  }
  orphans.push(...items.filter((item) => item.id !== undefined && !known.has(item.id)));
  return { toRender, orphans, vanished, ours: items.filter((item) => item.id !== undefined).length, wanted };
}

function needsRendering(
  input: RenderInput,
  byName: ReadonlyMap<string, RenderedItem>,
  own: readonly RenderedItem[],
): boolean {
  const { status } = input;
  const name = wantedName(input);
  // A failed one has its own time, and a refused one waits for another content.
  if (status?.phase === 'failed') return false;
  if (status?.phase === 'refused' && status.observedGeneration === status.generation) return false;
  // Also where the target is as it should be already: the renderer may have died before it could say so.
  if (name === undefined || status?.phase !== 'applied') return true;
  if (own.some((item) => item.name !== name && status?.renderedNames.includes(item.name))) return true;
  return byName.get(name)?.isAsWanted(input) !== true;
}

export type PruneLimits = {
  /** Up to this many are always removed. */
  readonly maxCount: number;
  /** Beyond that, up to this share of all that is ours. */
  readonly maxPercent: number;
};

/**
 * The brake: a mistake in the database (a truncated table, a wrong connection string) must not empty the cluster.
 * @returns why not, or nothing where pruning may go on
 */
export function pruneObstacle(difference: Difference, limits: PruneLimits): string | undefined {
  const count = difference.orphans.length + difference.vanished.length;
  if (count === 0) return undefined;
  if (difference.wanted === 0) {
    return `all ${count} would go, because no AppConfig is left; set PRUNE_MAX_PERCENT=100 to allow it`;
  }
  const percent = (100 * count) / Math.max(difference.ours, count);
  if (count <= limits.maxCount || percent <= limits.maxPercent) return undefined;
  return `${count} of ${difference.ours} would go, more than ${limits.maxCount} and ${limits.maxPercent} %`;
}
