import { readFile, stat } from 'node:fs/promises';

export type TokenFile = {
  /** The token as it is now, `undefined` where the file does not exist: then no header is sent. */
  readonly read: () => Promise<string | undefined>;
  /** Forgets the cached token, after a 401. */
  readonly forget: () => void;
};

/** Kubelet rotates a projected token at 80 % of its life (an hour at least), in place. */
const maxAgeMs = 60_000;

/** Looking at the file for every event would cost more than the header is worth. */
const lookAgainAfterMs = 5_000;

/**
 * The OIDC token that Knative projects for a SinkBinding, read again when the file has changed and once a
 * minute in any case.
 * @throws from `read` when the file is there and cannot be read
 */
export function createTokenFile(path: string, now: () => number): TokenFile {
  let cached:
    | { token: string | undefined; modifiedMs: number; readAtMs: number; lookedAtMs: number }
    | undefined;
  return {
    read: async () => {
      const nowMs = now();
      if (cached !== undefined && nowMs - cached.lookedAtMs < lookAgainAfterMs) return cached.token;
      const modifiedMs = await modifiedAtMs(path);
      if (modifiedMs === undefined) {
        cached = { token: undefined, modifiedMs: 0, readAtMs: nowMs, lookedAtMs: nowMs };
      } else if (cached?.modifiedMs === modifiedMs && nowMs - cached.readAtMs < maxAgeMs) {
        cached.lookedAtMs = nowMs;
      } else {
        const token = (await readFile(path, 'utf8')).trim();
        cached = { token: token === '' ? undefined : token, modifiedMs, readAtMs: nowMs, lookedAtMs: nowMs };
      }
      return cached?.token;
    },
    forget: () => {
      cached = undefined;
    },
  };
}

async function modifiedAtMs(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`Cannot read token file "${path}"`, { cause: error });
  }
}
