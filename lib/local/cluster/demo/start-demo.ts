import { createDemo, type DemoDependencies } from './create-demo.ts';

export type StartDemoDependencies = DemoDependencies & {
  /** Resolves after so many milliseconds, or once the signal is aborted. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
};

const stepMs = 400;
const maxPauseMs = 10_000;

/**
 * Seeds the demo, then steps it until the signal is aborted. A step that fails is told and tried again, ever
 * more slowly while the API server does not answer.
 * @returns once the first objects are there; `ended` resolves after the abort, when the last step is over
 */
export async function startDemo(dependencies: StartDemoDependencies): Promise<{ ended: Promise<void> }> {
  const { wait, signal, onError } = dependencies;
  const demo = createDemo(dependencies);
  await demo.seed();
  const run = async () => {
    let failures = 0;
    while (!signal.aborted) {
      try {
        await demo.step();
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        failures++;
        onError(error);
      }
      await wait(Math.min(maxPauseMs, stepMs * 2 ** Math.min(failures, 10)), signal);
    }
  };
  return { ended: run() };
}
