import type { DemoApi } from './demo-api.ts';
import type { Snapshot } from './read-snapshot.ts';
import type { RecordEvent } from './record-event.ts';

/** What a controller has in one pass. */
export type World = {
  readonly snapshot: Snapshot;
  /** Writes as `kube-controller-manager`. */
  readonly api: DemoApi;
  /** Writes as `kubelet`. */
  readonly kubelet: DemoApi;
  readonly record: RecordEvent;
  readonly now: Date;
  readonly random: () => number;
  /** Asks for a pass at this moment, in epoch milliseconds, although nothing may have changed by then. */
  readonly wakeAt: (atMs: number) => void;
};

/**
 * Looks at the snapshot and takes the next steps towards what it asks for. Passes repeat until nothing is
 * left to do, so a step that was refused is taken again by itself.
 */
export type Controller = (world: World) => Promise<void>;
