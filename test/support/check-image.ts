import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { startCluster } from '../../lib/local/cluster/start-cluster.ts';
import { freePort } from '../../lib/local/free-port.ts';
import { type FunctionName, functionPorts } from '../../lib/local/function-plan.ts';
import { openBenchDatabase } from '../bench/bench-database.ts';
import { parsePrometheus } from './parse-prometheus.ts';
import { readKnative } from './read-knative.ts';
import { startTellingSink } from './telling-sink.ts';
import { temporaryFolder } from './temporary-folder.ts';

/**
 * `npm run check:image -- [--image NAME]`: starts every function of the image by the command of its manifest, on a
 * read-only file system, as a user other than root and without capabilities; it must become ready, serve metrics and
 * end with 0 at SIGTERM. Needs Docker, whose containers must be able to use this machine's network.
 */
const { values } = parseArgs({ options: { image: { type: 'string', default: 'kubemirror:dev' } } });

/** Loading an image's files for the first time takes seconds. */
const readyTimeoutMs = 60_000;

const folder = temporaryFolder('image');
const database = await openBenchDatabase();
const cluster = await startCluster({ tokens: { image: { username: 'image', groups: ['system:masters'] } } });
const sink = await startTellingSink();
let failures = 0;
try {
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, cluster.kubeconfig('image'), { mode: 0o644 });
  const environment = {
    DATABASE_URL: await database.fresh(),
    KUBECONFIG: '/etc/kubemirror/kubeconfig',
    CLUSTER_NAME: 'image',
    JWT_SIGN_KEY: 'a key of this check only, and long',
    K_SINK: sink.url,
    SLOT_NAME: `image_${process.pid}`,
  };
  for (const name of Object.keys(functionPorts) as FunctionName[]) {
    const problem = await tryFunction(name, environment, kubeconfig);
    if (problem !== undefined) failures += 1;
    process.stdout.write(`${name}: ${problem ?? 'ready, serves metrics, ended with 0'}\n`);
  }
} finally {
  await sink.stop();
  await cluster.stop();
  await database.close();
  await rm(folder, { recursive: true, force: true });
}
process.exit(failures === 0 ? 0 : 1);

/** What is wrong with it, in words; undefined where nothing is. */
async function tryFunction(
  name: FunctionName,
  environment: Readonly<Record<string, string>>,
  kubeconfig: string,
): Promise<string | undefined> {
  const [port, metricsPort] = [await freePort(), await freePort()];
  const variables = { ...environment, PORT: String(port), METRICS_PORT: String(metricsPort) };
  const containerName = `kubemirror-image-${process.pid}-${name}`;
  const container = spawn(
    'docker',
    [
      ...['run', '--rm', '--name', containerName, '--network', 'host', '--read-only', '--cap-drop', 'ALL'],
      ...['--security-opt', 'no-new-privileges', '--volume', `${kubeconfig}:/etc/kubemirror/kubeconfig:ro`],
      ...Object.entries(variables).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
      values.image,
      ...commandOf(name),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const exited = once(container, 'exit');
  let output = '';
  for (const stream of [container.stdout, container.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  if (!(await becomesReady(container, port))) {
    container.kill('SIGKILL');
    if (container.exitCode === null) await docker('rm', '--force', containerName);
    return `not ready: ${output.slice(-2_000)}`;
  }
  // Of all processes in it, in case one is started by another.
  const users = await docker('top', containerName, '-eo', 'pid,uid');
  const families = parsePrometheus(await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text());
  await docker('stop', '--time', '30', containerName);
  const [exitCode] = (await exited) as [number | null];
  if (/ 0$/m.test(users.trim())) return 'runs as root';
  if (families.length === 0) return 'has no metrics';
  return exitCode === 0 ? undefined : `ended with ${exitCode} at SIGTERM: ${output.slice(-2_000)}`;
}

/** Not synchronously: cluster and sink, for whose answers a function waits at its end, live in this process. */
async function docker(...words: readonly string[]): Promise<string> {
  return (await promisify(execFile)('docker', words)).stdout;
}

async function becomesReady(container: ChildProcess, port: number): Promise<boolean> {
  const deadlineMs = performance.now() + readyTimeoutMs;
  while (container.exitCode === null && performance.now() < deadlineMs) {
    const isReady = await fetch(`http://127.0.0.1:${port}/readyz`).then(
      (answer) => answer.ok,
      // Not listening yet.
      () => false,
    );
    if (isReady) return true;
    await delay(50);
  }
  return false;
}

function commandOf(name: FunctionName): readonly string[] {
  const workload = readKnative().find(
    ({ folder: owner, object }) =>
      owner === name && (object.kind === 'Deployment' || object.apiVersion === 'serving.knative.dev/v1'),
  );
  const spec = workload?.object.spec as
    | { template: { spec: { containers: readonly { readonly command: readonly string[] }[] } } }
    | undefined;
  const command = spec?.template.spec.containers[0]?.command;
  if (command === undefined) throw new Error(`Cannot find the command of ${name} below knative/${name}`);
  return command;
}
