import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { KubernetesRequest } from '../../lib/core/kubernetes-request.ts';
import { connectKubernetes } from '../../lib/kubernetes/connect-kubernetes.ts';

/** A running `npm start -- --json`. */
export type RunningMachine = {
  readonly urls: Readonly<Record<string, string>>;
  readonly kubeconfig: string;
  readonly mirrorKubeconfig: string;
  readonly mirrorUrl: string;
  readonly tokens: Readonly<Record<string, string>>;
  readonly database: string;
  /** What it said while it started and ran. */
  readonly progress: () => string;
  /** As Ctrl-C does; resolves with the exit code. */
  readonly interrupt: () => Promise<number | null>;
  /** A request to the cluster that it follows, as the kubeconfig's current user. */
  readonly request: KubernetesRequest;
};

/** Starts all of kubemirror as a user would, in a folder and on ports of its own. */
export async function startMachine(options: {
  readonly dataDir: string;
  readonly portBase: number;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}): Promise<RunningMachine> {
  const args = [
    '--json',
    '--data',
    options.dataDir,
    '--port-base',
    String(options.portBase),
    ...(options.args ?? []),
  ];
  const child = spawn(process.execPath, ['lib/local/start.ts', ...args], {
    env: { PATH: process.env['PATH'], HOME: options.dataDir, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let progress = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    progress += text;
  });
  const line = await firstLine(child, () => progress);
  const summary = JSON.parse(line) as Omit<RunningMachine, 'progress' | 'interrupt' | 'request'>;
  const connection = await connectKubernetes({
    environment: { KUBECONFIG: summary.kubeconfig },
    userAgent: 'kubemirror/test',
  });
  return {
    ...summary,
    progress: () => progress,
    interrupt: async () => {
      if (child.exitCode !== null) return child.exitCode;
      await connection.close();
      const exited = once(child, 'exit');
      child.kill('SIGINT');
      const [code] = (await exited) as [number | null];
      return code;
    },
    request: connection.request,
  };
}

async function firstLine(child: ChildProcess, progress: () => string): Promise<string> {
  if (child.stdout === null) throw new Error('Cannot read what npm start prints: it has no standard output');
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`Cannot start: npm start ended with code ${String(code)}:\n${progress()}`);
  });
  const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string];
  ended.catch(() => 'from here on the test ends it');
  return line;
}
