import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../../lib/local/free-port.ts';

/** Longer than any start that is worth measuring. */
const giveUpAfterMs = 30_000;

/** Milliseconds from starting the process to the first 200 of its /readyz. */
export async function measureStart(
  script: string,
  environment: Readonly<Record<string, string>>,
): Promise<number> {
  const port = await freePort();
  const startedAtMs = performance.now();
  const child = spawn(process.execPath, [script], {
    // Nothing of this process's own environment: a pod has none of it.
    env: { ...environment, PORT: String(port), METRICS_PORT: '0' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = once(child, 'exit');
  try {
    while (child.exitCode === null && performance.now() - startedAtMs < giveUpAfterMs) {
      if (await isReady(port)) return performance.now() - startedAtMs;
      // queue-proxy asks every 50 ms; asking more often shows differences that are smaller.
      await delay(5);
    }
    throw new Error(`Cannot measure ${script}: not ready, expected it within ${giveUpAfterMs} ms`);
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
}

function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = request({ host: '127.0.0.1', port, path: '/readyz', agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    probe.on('error', () => resolve(false));
    probe.end();
  });
}
