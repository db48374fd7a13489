import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../lib/local/free-port.ts';

/** A function that runs as a process of its own. */
export type FunctionProcess = {
  readonly url: string;
  readonly pid: number;
  /** Standard output and error so far. */
  readonly log: () => string;
  /** SIGTERM and its exit code. */
  readonly stop: () => Promise<number | null>;
  /** SIGKILL. */
  readonly kill: () => Promise<void>;
  /** Prometheus text of its metrics. */
  readonly metrics: () => Promise<string>;
};

/** Slow machines that do many things at once; a start takes a second. */
const readyTimeoutMs = 60_000;
const attempts = 3;

/**
 * Starts `functions/<name>` and resolves when it is ready.
 * @param options.port to start again where an earlier one was
 */
export async function startFunction(
  name: string,
  environment: Readonly<Record<string, string>>,
  options: {
    readonly port?: number;
    readonly nodeArguments?: readonly string[];
    /** Shorter where it is not expected to become ready. */
    readonly readyTimeoutMs?: number;
  } = {},
): Promise<FunctionProcess> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(name, environment, options);
    } catch (error) {
      // Others look for free ports at the same moment.
      const isTaken = error instanceof Error && error.message.includes('it is taken');
      if (!isTaken || options.port !== undefined || attempt === attempts) throw error;
    }
  }
}

async function startOnce(
  name: string,
  environment: Readonly<Record<string, string>>,
  options: NonNullable<Parameters<typeof startFunction>[2]>,
): Promise<FunctionProcess> {
  const port = options.port ?? (await freePort());
  const metricsPort = await freePort();
  const child = spawn(process.execPath, [...(options.nodeArguments ?? []), `functions/${name}/index.ts`], {
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      METRICS_PORT: String(metricsPort),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
  }
  const url = `http://127.0.0.1:${port}`;
  const deadlineMs = performance.now() + (options.readyTimeoutMs ?? readyTimeoutMs);
  while (!(await isReady(url))) {
    if (child.exitCode !== null || performance.now() > deadlineMs) {
      child.kill('SIGKILL');
      throw new Error(`Cannot start ${name}: ${log.slice(-4_000)}`);
    }
    await delay(20);
  }
  return {
    url,
    pid: child.pid ?? 0,
    log: () => log,
    stop: () => end(child, 'SIGTERM'),
    kill: async () => {
      await end(child, 'SIGKILL');
    },
    metrics: async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text(),
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`)).status === 200;
  } catch {
    // Not listening yet.
    return false;
  }
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
  return child.exitCode;
}
