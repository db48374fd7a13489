import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import { ConfigError, loadConfig } from './load-config.ts';
import { createLog, type Log } from './log.ts';

/** What a function gets to start with. */
export type Start<Config> = {
  readonly config: Config;
  readonly log: Log;
  /** Aborts at SIGTERM or SIGINT: stop taking work, then let `stop` finish what is in flight. */
  readonly signal: AbortSignal;
};

/** What a started function hands back. */
export type Running = {
  /** Finishes work in flight and releases everything, in reverse order of opening. */
  readonly stop: () => Promise<void>;
  /** Rejects when the function can no longer work; the process then exits with 1. */
  readonly failed?: Promise<never>;
};

/**
 * Life of every function: parse the environment, start, wait for a signal, drain, exit.
 * Exit codes: 0 stopped in order, 1 could not start or failed, 2 drain took longer than DRAIN_TIMEOUT.
 */
export async function runFunction<
  Schema extends z.ZodType<{ DEBUG: boolean; DRAIN_TIMEOUT: number }>,
>(options: {
  readonly name: string;
  readonly schema: Schema;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly start: (start: Start<Readonly<z.output<Schema>>>) => Promise<Running>;
}): Promise<void> {
  const config = parseOrExit(options.schema, options.environment);
  const log = createLog({ functionName: options.name, debug: config.DEBUG });
  const stopping = new AbortController();
  const signalled = new Promise<string>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve(name));
  });
  void signalled.then(() => stopping.abort());

  try {
    const startedAtMs = performance.now();
    const running = await options.start({ config, log, signal: stopping.signal });
    log.info({ startMs: Math.round(performance.now() - startedAtMs) }, 'started');
    const reason = await Promise.race([signalled, running.failed ?? signalled]);
    log.info({ reason }, 'stopping');
    const drained = await Promise.race([
      running.stop().then(() => true),
      delay(config.DRAIN_TIMEOUT, false, { ref: false }),
    ]);
    if (!drained) log.error({ drainTimeoutMs: config.DRAIN_TIMEOUT }, 'Cannot finish work in flight in time');
    process.exit(drained ? 0 : 2);
  } catch (error) {
    if (stopping.signal.aborted && isAbort(error)) process.exit(0);
    log.error({ err: error }, 'Cannot go on');
    process.exit(1);
  }
}

function parseOrExit<Schema extends z.ZodType>(
  schema: Schema,
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<z.output<Schema>> {
  try {
    return loadConfig(schema, environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

function isAbort(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.name === 'AbortError' || (error.cause !== undefined && isAbort(error.cause)))
  );
}
