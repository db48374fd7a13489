import type { AppConfigKind } from '../../lib/core/app-config-kind.ts';
import type { KubernetesObject } from '../../lib/core/kubernetes-object.ts';
import type { ReflectorChange } from '../../lib/core/reflector-change.ts';
import type { RenderInput } from '../../lib/postgres/app-configs/render-input.ts';
import { customResource, isAsWanted, isUuid, marks, renderedId } from './custom-resource.ts';
import type { FightDetector } from './fight-detector.ts';
import { wantedName } from './plan-objects.ts';
import type { ReconcileRequest } from './reconcile.ts';

export type DriftWatchDependencies = {
  readonly kind: AppConfigKind;
  readonly fieldManager: string;
  readonly readInput: (id: string) => Promise<RenderInput | undefined>;
  /** Asks for a rendering and does not wait for it. */
  readonly request: (id: string, request: ReconcileRequest) => void;
  /** Something that belongs to nobody was seen: only a comparison of everything may remove it. */
  readonly requestFullDiff: () => void;
  readonly fights: FightDetector;
  readonly observe: (drift: 'changed' | 'deleted' | 'unknown' | 'fight') => void;
};

export type DriftWatch = {
  readonly onChange: (change: ReflectorChange) => Promise<void> | undefined;
  /** Judges again what was seen while a rendering was under way; to be called every second or so. */
  readonly recheck: () => Promise<void>;
};

/** What was last seen of an object. */
type Sighting = {
  readonly name: string;
  readonly id: string;
  /** Missing where it went unseen. */
  readonly object: KubernetesObject | undefined;
  readonly isGone: boolean;
};

/** Beyond this a comparison of everything is cheaper than remembering more. */
const maxUnjudged = 20_000;

/**
 * Follows the custom resources and asks for a rendering where one is no longer as its row wants it. Our own writes
 * come by here too and are found to be as wanted, at the price of one row read with many others.
 *
 * What differs while a change is under way is that change, or somebody's write in the moment between our own and
 * its record: it is judged when the change is settled.
 */
export function createDriftWatch(deps: DriftWatchDependencies): DriftWatch {
  // AppConfig by object name, for objects that lose their labels or vanish unseen. As large as the collection.
  const idsByName = new Map<string, string>();
  // By name, the newest only.
  const unjudged = new Map<string, Sighting>();

  const judge = async (sighting: Sighting): Promise<void> => {
    const { name, id, isGone } = sighting;
    const input = await deps.readInput(id);
    // Something newer was seen meanwhile.
    if (unjudged.get(name) !== sighting) return;
    const { kind, who } = judgeSighting(sighting, input, deps);
    if (kind === 'under way') return;
    unjudged.delete(name);
    if (kind === 'unknown') unknown();
    else if (kind === 'drifted') correct(id, isGone ? 'deleted' : 'changed', who);
  };

  const see = async (sighting: Sighting): Promise<void> => {
    unjudged.set(sighting.name, sighting);
    await judge(sighting);
    if (unjudged.size <= maxUnjudged) return;
    unjudged.delete(sighting.name);
    deps.requestFullDiff();
  };

  const unknown = (): void => {
    deps.observe('unknown');
    deps.requestFullDiff();
  };

  /** @param who nobody where it was seen before our last write: that is no fight, but worth a look */
  const correct = (id: string, drift: 'changed' | 'deleted', who: string | undefined): void => {
    const fight = who === undefined ? undefined : deps.fights.correct(id);
    if (who !== undefined) deps.observe(fight === undefined ? drift : 'fight');
    deps.request(id, {
      minGeneration: 0,
      force: true,
      prune: false,
      hintNames: [],
      ...(fight === undefined
        ? {}
        : {
            fight: {
              pauseMs: fight.pauseMs,
              message: `${who} keeps changing the object; left alone for ${Math.round(fight.pauseMs / 1_000)} s`,
            },
          }),
    });
  };

  const onObject = async (object: KubernetesObject): Promise<void> => {
    const name = object.metadata.name ?? '';
    const id = renderedId(object) ?? idsByName.get(name);
    if (id === undefined) return;
    idsByName.set(name, id);
    await see({ name, id, object, isGone: false });
  };

  const onGone = async (name: string, object: KubernetesObject | undefined): Promise<void> => {
    const id = (object && renderedId(object)) ?? idsByName.get(name);
    idsByName.delete(name);
    unjudged.delete(name);
    if (id === undefined || !isUuid(id)) return;
    await see({ name, id, object, isGone: true });
  };

  return {
    onChange: (change) => {
      switch (change.kind) {
        case 'upserted':
          return onObject(change.object);
        case 'deleted':
          return onGone(change.object.metadata.name ?? '', change.object);
        case 'gone':
          return onGone(change.identity.name, undefined);
        case 'progress':
          // The end of a list: what lost its labels before it, or in a gap of the watch, shows only in a comparison.
          if (change.synced) deps.requestFullDiff();
          return undefined;
        case 'manifest':
          return undefined;
      }
    },
    recheck: async () => {
      // The reads of all of them share statements.
      await Promise.all([...unjudged.values()].map(judge));
    },
  };
}

type Judged = { readonly kind: 'fine' | 'unknown' | 'under way' | 'drifted'; readonly who?: string };

/** @returns `who` changed it; nobody where it was seen before our last write */
function judgeSighting(
  { name, object, isGone }: Sighting,
  input: RenderInput | undefined,
  deps: Pick<DriftWatchDependencies, 'kind' | 'fieldManager'>,
): Judged {
  const isItsName = input !== undefined && wantedName(input) === name;
  if (isGone && !isItsName) return { kind: 'fine' };
  if (input === undefined) return { kind: 'unknown' };
  if (!isGone && isItsName && isRowIn(object, input, deps.kind)) return { kind: 'fine' };
  const standing = standingOf(input);
  // Refused ones are left as they are until their row changes.
  if (standing === 'refused') return { kind: 'fine' };
  if (standing === 'under way') return { kind: 'under way' };
  if (!isItsName && input.status?.renderedNames.includes(name) !== true) return { kind: 'unknown' };
  if (isOutdated(object, input)) return { kind: 'drifted' };
  return {
    kind: 'drifted',
    who: isGone || object === undefined ? 'somebody' : otherManager(object, deps.fieldManager),
  };
}

function isRowIn(object: KubernetesObject | undefined, input: RenderInput, kind: AppConfigKind): boolean {
  return (
    object !== undefined &&
    input.row !== undefined &&
    isAsWanted(object, customResource(input.id, input.row, kind))
  );
}

/** `settled`: the newest generation is in the target, and what differs from it is drift. */
function standingOf({ row, status }: RenderInput): 'settled' | 'refused' | 'under way' {
  if (row === undefined || row.deleted || status === undefined) return 'under way';
  if (status.observedGeneration !== row.generation || status.generation !== row.generation)
    return 'under way';
  if (status.phase === 'refused') return 'refused';
  return status.phase === 'applied' ? 'settled' : 'under way';
}

/** It shows an older generation than the one that is settled, so we have written since. */
function isOutdated(object: KubernetesObject | undefined, input: RenderInput): boolean {
  const generation = Number(object?.metadata.annotations?.[marks.generation]);
  return generation < (input.row?.generation ?? 0);
}

/** The field manager that wrote last, other than us. */
function otherManager(object: KubernetesObject, ours: string): string {
  const entries = (object.metadata.managedFields ?? []) as { manager?: string; time?: string }[];
  const others = entries.filter((entry) => entry.manager !== undefined && entry.manager !== ours);
  const [latest] = others.toSorted((a, b) => ((a.time ?? '') < (b.time ?? '') ? 1 : -1));
  return latest?.manager === undefined ? 'somebody' : `field manager "${latest.manager}"`;
}
