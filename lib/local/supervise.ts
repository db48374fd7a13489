import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { waitForAnswer } from './wait-for-answer.ts';

/** One process of `npm start`. */
export type Job = {
  readonly name: string;
  /** TypeScript entry file and its arguments. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly readyUrl: string;
  readonly logFile: string;
};

export type Supervised = {
  /** SIGTERM, then SIGKILL after the grace period; resolves when the process is gone. */
  readonly stop: () => Promise<void>;
  /** Sends a signal to the process as it runs now; one that kills it shows as a restart. For tests with faults. */
  readonly kill: (signal: NodeJS.Signals) => void;
};

const startTimeoutMs = 90_000;
// Functions drain for at most 25 s by default.
const graceMs = 30_000;
const restartDelayMs = 1_000;

const endWithParent = fileURLToPath(new URL('./end-with-parent.ts', import.meta.url));

/**
 * Starts a process, waits until it says that it is ready, and starts it again whenever it ends by itself, as
 * a kubelet would. Its output goes to its log file.
 * @throws where it ends or stays silent before it was ready once; the message names the log file.
 */
export async function supervise(
  job: Job,
  options: { readonly onRestart: (message: string) => void; readonly signal: AbortSignal },
): Promise<Supervised> {
  let stopping = false;
  let child = launch(job);

  const ended = new AbortController();
  const endedEarly = once(child, 'exit').then(([code]) => {
    ended.abort();
    throw new Error(`Cannot start ${job.name}: it ended with code ${String(code)}, see ${job.logFile}`);
  });
  const ready = waitForAnswer(job.readyUrl, {
    timeoutMs: startTimeoutMs,
    signal: AbortSignal.any([options.signal, ended.signal]),
  });
  try {
    await Promise.race([ready, endedEarly]);
  } catch (error) {
    await end(child);
    throw error;
  } finally {
    endedEarly.catch(() => 'from now on an exit is a restart');
    ready.catch(() => 'the race has reported what came first');
  }

  const keepAlive = async (): Promise<void> => {
    for (;;) {
      const [code] =
        child.exitCode === null && child.signalCode === null ? await once(child, 'exit') : [child.exitCode];
      if (stopping) return;
      options.onRestart(`${job.name} ended with code ${String(code)}, starting it again; see ${job.logFile}`);
      await delay(restartDelayMs);
      if (stopping) return;
      child = launch(job);
    }
  };
  const kept = keepAlive();

  return {
    stop: async () => {
      stopping = true;
      await end(child);
      await kept;
    },
    kill: (signal) => {
      child.kill(signal);
    },
  };
}

function launch(job: Job): ChildProcess {
  const log = openSync(job.logFile, 'a', 0o600);
  try {
    return spawn(process.execPath, ['--import', endWithParent, ...job.command], {
      env: { ...job.environment },
      stdio: ['ignore', log, log],
      // A process group of its own: Ctrl-C in the terminal reaches only the runner, which stops in order.
      detached: true,
    });
  } finally {
    closeSync(log);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const killTimer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await exited;
  clearTimeout(killTimer);
}
