import { readFile } from 'node:fs/promises';

/** One recorded exchange with a real API server. */
export type Step = {
  readonly name: string;
  readonly group: string;
  readonly pauseSeconds?: number;
  readonly request: {
    readonly method: string;
    readonly path: string;
    /** A header that is null is not sent. */
    readonly headers?: Readonly<Record<string, string | null>>;
    /** A string is sent as it is. */
    readonly body?: unknown;
  };
  /** Variable name to dotted path in the answer's body. */
  readonly capture?: Readonly<Record<string, string>>;
  readonly watch?: { readonly seconds: number };
  readonly response: RecordedResponse;
};

export type RecordedResponse = {
  readonly status: number;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly text?: string;
  readonly lines?: readonly unknown[];
  readonly ended?: boolean;
};

/** @throws for a line that is no JSON, naming it */
export async function readRecording(file: string): Promise<readonly Step[]> {
  const text = await readFile(file, 'utf8');
  return text
    .split('\n')
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, number }) => {
      try {
        return JSON.parse(line) as Step;
      } catch (error) {
        throw new Error(`Cannot read ${file}: line ${number} is no JSON`, { cause: error });
      }
    });
}
