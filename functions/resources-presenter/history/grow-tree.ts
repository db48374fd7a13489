import type { KnownCaller } from '../../../lib/core/caller.ts';
import type { MirroredObject } from '../../../lib/core/mirrored-object.ts';
import type { OwnedPage } from '../../../lib/postgres/list-owned.ts';
import { type FindDependencies, findGettable, type Gettable } from './find-gettable.ts';
import type { TreeParameters } from './history-parameters.ts';
import { createVisibleObjects } from './visible-objects.ts';

export type TreeDependencies = FindDependencies & {
  readonly listOwners: (of: {
    readonly cluster: string;
    readonly uids: readonly string[];
    readonly withDeleted: boolean;
  }) => Promise<MirroredObject[]>;
  readonly listOwned: (page: OwnedPage) => Promise<MirroredObject[]>;
};

export type TreeNode = {
  readonly object: MirroredObject;
  /** Steps from the object in question: negative for its owners, positive for what it owns. */
  readonly depth: number;
};

export type TreeOutcome =
  | { readonly kind: 'tree'; readonly nodes: readonly TreeNode[]; readonly truncated: boolean }
  | Exclude<Gettable, { kind: 'found' }>;

/** Objects of one page of owned ones; each is asked about before the next page is read. */
const pageSize = 500;

/** Pages of one step: bounds the work for users who may see few of very many. */
const maxPages = 20;

/**
 * Who owns an object, to the top, and what it owns, to the bottom. It goes on only from objects that the caller may
 * get: what lies behind another one would tell of that one's owners. Depth and number are bounded; cycles end.
 */
export async function growTree(
  caller: KnownCaller,
  globalUid: string,
  parameters: TreeParameters,
  deps: TreeDependencies,
): Promise<TreeOutcome> {
  const found = await findGettable(caller, globalUid, deps);
  if (found.kind !== 'found') return found;
  const { object: root, access } = found;
  const look = { cluster: root.cluster_name, withDeleted: parameters.deleted };
  const nodes = new Map<string, TreeNode>([[root.uid, { object: root, depth: 0 }]]);

  const visible = createVisibleObjects(access, caller.user);
  /** Those that were not met yet and that the caller may get. */
  const visibleOf = async (objects: readonly MirroredObject[], seen: Set<string>): Promise<Step> => {
    const unseen = objects.filter(({ uid }) => !seen.has(uid));
    for (const { uid } of unseen) seen.add(uid);
    const outcome = await visible(unseen);
    if (outcome.kind === 'rights-unknown') throw new RightsUnknown();
    return outcome;
  };
  const ownersOf = async (frontier: readonly MirroredObject[], seen: Set<string>): Promise<Step> => {
    const uids = [...new Set(frontier.flatMap((object) => object.owner_uids))];
    const objects = uids.length === 0 ? [] : await deps.listOwners({ ...look, uids });
    return visibleOf(objects, seen);
  };
  const ownedBy = async (frontier: readonly MirroredObject[], seen: Set<string>): Promise<Step> => {
    const ownerUids = frontier.map(({ uid }) => uid);
    const objects: MirroredObject[] = [];
    let isWhole = true;
    let afterUid = '';
    for (let page = 0; page < maxPages; page += 1) {
      const read = await deps.listOwned({ ...look, ownerUids, afterUid, limit: pageSize });
      const step = await visibleOf(read, seen);
      objects.push(...step.objects);
      isWhole &&= step.isWhole;
      if (read.length < pageSize) return { objects, isWhole };
      if (nodes.size + objects.length > parameters.limit) break;
      afterUid = read.at(-1)?.uid ?? '';
    }
    return { objects, isWhole: false };
  };

  try {
    const isUpWhole = await grow(ownersOf, -1, { root, nodes, parameters });
    const isDownWhole = await grow(ownedBy, 1, { root, nodes, parameters });
    return { kind: 'tree', nodes: [...nodes.values()], truncated: !(isUpWhole && isDownWhole) };
  } catch (error) {
    if (error instanceof RightsUnknown) return { kind: 'rights-unknown' };
    throw error;
  }
}

/** Ends the growth from within; never leaves this file. */
class RightsUnknown extends Error {
  override name = 'RightsUnknown';
}

type Step = {
  readonly objects: readonly MirroredObject[];
  /** Nothing was left out. */
  readonly isWhole: boolean;
};

/** Goes on in one direction until nothing follows. @returns whether all that follows is in */
async function grow(
  step: (frontier: readonly MirroredObject[], seen: Set<string>) => Promise<Step>,
  direction: 1 | -1,
  tree: {
    readonly root: MirroredObject;
    readonly nodes: Map<string, TreeNode>;
    readonly parameters: TreeParameters;
  },
): Promise<boolean> {
  const { root, nodes, parameters } = tree;
  // Of this direction alone: in a cycle an owner is owned as well, and what else it owns lies behind it.
  const seen = new Set([root.uid]);
  let frontier: readonly MirroredObject[] = [root];
  for (let depth = 1; frontier.length > 0; depth += 1) {
    const { objects, isWhole } = await step(frontier, seen);
    const fresh = objects.filter(({ uid }) => !nodes.has(uid));
    // One step beyond the bound only shows whether something lies there.
    if (depth > parameters.depth) return isWhole && fresh.length === 0;
    const admitted = fresh.slice(0, Math.max(parameters.limit - nodes.size, 0));
    for (const object of admitted) nodes.set(object.uid, { object, depth: depth * direction });
    if (!isWhole || admitted.length < fresh.length) return false;
    frontier = objects;
  }
  return true;
}
