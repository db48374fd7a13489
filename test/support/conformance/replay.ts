import { compareStep } from './compare-step.ts';
import type { Difference } from './compare-values.ts';
import type { Step } from './recording.ts';
import { replayStep } from './replay-step.ts';

export type StepResult = { readonly step: Step; readonly differences: readonly Difference[] };

/** Replays the steps in order against a server and compares each answer. */
export async function* replay(
  steps: readonly Step[],
  serverUrl: string,
): AsyncGenerator<StepResult, void, undefined> {
  const variables = new Map<string, string>();
  for (const step of steps) {
    const observed = await replayStep(step, { serverUrl, variables });
    for (const [name, path] of Object.entries(step.capture ?? {})) {
      const value = valueAt(observed.text, path);
      if (value !== undefined) variables.set(name, value);
    }
    yield { step, differences: compareStep(step, observed) };
  }
}

function valueAt(text: string, path: string): string | undefined {
  if (!text.startsWith('{')) return undefined;
  const value = path
    .split('.')
    .reduce<unknown>(
      (current, name) => (current as Record<string, unknown> | undefined)?.[name],
      JSON.parse(text),
    );
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
