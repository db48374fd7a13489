/**
 * What the server does right after the answer to a request, in order and one at a time. Stopping drops what is
 * left: a store that was closed must not be written to.
 */
export class DeferredWork {
  readonly #onDefect: (error: unknown) => void;
  readonly #pending = new Set<NodeJS.Immediate>();
  #stopped = false;

  constructor(onDefect: (error: unknown) => void) {
    this.#onDefect = onDefect;
  }

  later(work: () => void): void {
    if (this.#stopped) return;
    const handle = setImmediate(() => {
      this.#pending.delete(handle);
      try {
        work();
      } catch (error) {
        // Nobody asked for it, so nobody can be answered.
        this.#onDefect(error);
      }
    });
    this.#pending.add(handle);
  }

  stop(): void {
    this.#stopped = true;
    for (const handle of this.#pending) clearImmediate(handle);
    this.#pending.clear();
  }
}
