import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

/** Runs a script in a fresh process and returns the JSON of its last line. */
export async function runForJson<Result>(
  script: URL,
  environment: Readonly<Record<string, string>>,
): Promise<Result> {
  const child = spawn(process.execPath, [script.pathname], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0)
    throw new Error(`Cannot measure with ${script.pathname}: it ended with ${code}, expected 0`);
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as Result;
}

/** A script in a process of its own that says its port on its first line, such as a server for a benchmark. */
export async function startHelper(
  script: URL,
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly port: number; readonly stop: () => Promise<void> }> {
  const { line, stop } = await startScript(script, { environment });
  return { port: (line as { port: number }).port, stop };
}

/** A script in a process of its own that prints a line of JSON once it is ready. */
export async function startScript(
  script: URL,
  options: {
    readonly environment?: Readonly<Record<string, string>>;
    readonly arguments?: readonly string[];
  },
): Promise<{ readonly line: unknown; readonly stop: () => Promise<void> }> {
  const child = spawn(process.execPath, [script.pathname, ...(options.arguments ?? [])], {
    env: { ...process.env, ...options.environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    line: JSON.parse(line.toString()),
    stop: async () => {
      if (child.exitCode !== null) return;
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    },
  };
}

/** A function in a process of its own, ready to serve. */
export async function startFunction(
  name: string,
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly pid: number; readonly stop: () => Promise<void> }> {
  const script = new URL(`../../functions/${name}/index.ts`, import.meta.url);
  const child = spawn(process.execPath, [script.pathname], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await untilReady(child, `http://127.0.0.1:${environment['PORT']}/readyz`);
  return {
    pid: child.pid ?? 0,
    stop: async () => {
      if (child.exitCode !== null) return;
      const closed = once(child, 'close');
      child.kill('SIGTERM');
      await closed;
    },
  };
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  const deadlineMs = performance.now() + 30_000;
  while (child.exitCode === null && performance.now() < deadlineMs) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await delay(50);
  }
  child.kill('SIGKILL');
  throw new Error(`Cannot start a function: ${url} is not ready, expected it within 30 s`);
}
