import type { AppConfigKind } from '../../lib/core/app-config-kind.ts';
import type { KubernetesObject } from '../../lib/core/kubernetes-object.ts';
import type { ReflectorChange } from '../../lib/core/reflector-change.ts';
import type { RenderInput } from '../../lib/postgres/app-configs/render-input.ts';
import { customResource, isAsWanted, isUuid, renderedId } from './custom-resource.ts';
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

/**
 * Follows the custom resources and asks for a rendering where one is no longer as its row wants it. Our own writes
 * come by here too and are found to be as wanted, at the price of one row read with many others.
 */
export function createDriftWatch(
  deps: DriftWatchDependencies,
): (change: ReflectorChange) => Promise<void> | undefined {
  // AppConfig by object name, for objects that lose their labels or vanish unseen. As large as the collection.
  const idsByName = new Map<string, string>();

  const onObject = async (object: KubernetesObject): Promise<void> => {
    const name = object.metadata.name ?? '';
    const id = renderedId(object) ?? idsByName.get(name);
    if (id === undefined) return;
    idsByName.set(name, id);
    const input = await deps.readInput(id);
    if (input === undefined) {
      deps.observe('unknown');
      deps.requestFullDiff();
      return;
    }
    if (!isSettled(input)) return;
    const isItsName = wantedName(input) === name;
    if (!isItsName && input.status?.renderedNames.includes(name) !== true) {
      deps.observe('unknown');
      deps.requestFullDiff();
      return;
    }
    if (isItsName && input.row && isAsWanted(object, customResource(id, input.row, deps.kind))) return;
    correct(id, 'changed', otherManager(object, deps.fieldManager));
  };

  const onGone = async (name: string, object: KubernetesObject | undefined): Promise<void> => {
    const id = (object && renderedId(object)) ?? idsByName.get(name);
    idsByName.delete(name);
    if (id === undefined || !isUuid(id)) return;
    const input = await deps.readInput(id);
    if (input === undefined || !isSettled(input) || wantedName(input) !== name) return;
    correct(id, 'deleted', 'somebody');
  };

  const correct = (id: string, drift: 'changed' | 'deleted', who: string): void => {
    const fight = deps.fights.correct(id);
    deps.observe(fight === undefined ? drift : 'fight');
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

  return (change) => {
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
  };
}

/** Its newest generation is in the target: what differs from it is drift, and not a change under way. */
function isSettled({ row, status }: RenderInput): boolean {
  return (
    row !== undefined &&
    !row.deleted &&
    status?.phase === 'applied' &&
    status.observedGeneration === row.generation &&
    status.generation === row.generation
  );
}

/** The field manager that wrote last, other than us. */
function otherManager(object: KubernetesObject, ours: string): string {
  const entries = (object.metadata.managedFields ?? []) as { manager?: string; time?: string }[];
  const others = entries.filter((entry) => entry.manager !== undefined && entry.manager !== ours);
  const [latest] = others.toSorted((a, b) => ((a.time ?? '') < (b.time ?? '') ? 1 : -1));
  return latest?.manager === undefined ? 'somebody' : `field manager "${latest.manager}"`;
}
