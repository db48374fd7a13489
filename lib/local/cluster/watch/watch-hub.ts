import type { WatchEnd } from './watch-stream.ts';

/** What the hub may do to an open watch. */
export type OpenWatch = {
  readonly storage: string;
  readonly close: (how: WatchEnd) => void;
  readonly stall: (stalled: boolean) => void;
  readonly breakNextLine: () => void;
};

/** All open watches, so that changes of their resource, faults and shutdown reach them. */
export class WatchHub {
  readonly #open = new Set<OpenWatch>();

  get count(): number {
    return this.#open.size;
  }

  /** Registers a watch; returns the way to take it off again. */
  add(watch: OpenWatch): () => void {
    this.#open.add(watch);
    return () => this.#open.delete(watch);
  }

  /** Open watches of one storage, or of all. */
  of(storage?: string): readonly OpenWatch[] {
    return [...this.#open].filter((watch) => storage === undefined || watch.storage === storage);
  }

  close(how: WatchEnd, storage?: string): void {
    for (const watch of this.of(storage)) watch.close(how);
  }
}
