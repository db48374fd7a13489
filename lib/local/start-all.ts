import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { checkPorts } from './check-ports.ts';
import { type ClusterChoice, chooseCluster } from './choose-cluster.ts';
import { currentUser } from './current-user.ts';
import { type DemoUser, demoToken } from './demo-tokens.ts';
import { demoUsers } from './demo-users.ts';
import {
  type FunctionName,
  functionEnvironment,
  functionPorts,
  functionUrl,
  infrastructurePorts,
  sinkUrl,
} from './function-plan.ts';
import { installDefinition } from './install-definition.ts';
import { localDatabase } from './local-database.ts';
import { prepareMirrorAccess } from './mirror-access.ts';
import { type Summary, summaryJson, summaryText } from './print-summary.ts';
import type { StartArguments } from './start-arguments.ts';
import { openStateFolder, type StateFolder } from './state-folder.ts';
import { type Job, supervise } from './supervise.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Runs everything until SIGINT or SIGTERM: PostgreSQL, cluster, broker, functions, in this order, and stops
 * them in the opposite one.
 * @returns exit code
 */
export async function startAll(options: StartArguments, environment: Environment): Promise<number> {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const stopping = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      process.on(name, () => {
        stopping.abort();
        resolve();
      });
    }
  });
  const releases: { readonly name: string; readonly release: () => unknown }[] = [];
  let exitCode = 0;
  try {
    const summary = await startInOrder({ options, environment, say, signal: stopping.signal, releases });
    process.stdout.write(options.json ? summaryJson(summary) : summaryText(summary));
    await stopped;
  } catch (error) {
    if (!stopping.signal.aborted) {
      say(error instanceof Error ? error.message : String(error));
      exitCode = 1;
    }
  }
  if (releases.length > 0) say('Stopping …');
  for (const { name, release } of releases.toReversed()) {
    try {
      await release();
    } catch (error) {
      say(`Cannot stop ${name}: ${error instanceof Error ? error.message : String(error)}`);
      exitCode = 1;
    }
  }
  return exitCode;
}

type Starting = {
  readonly options: StartArguments;
  readonly environment: Environment;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
  /** What was started, oldest first; filled as it goes, so that a failure half-way can be cleaned up. */
  readonly releases: { readonly name: string; readonly release: () => unknown }[];
};

async function startInOrder(starting: Starting): Promise<Summary> {
  const { options, environment, say, releases } = starting;
  const startedAtMs = performance.now();
  const { portBase } = options;
  const choice = chooseCluster(options, environment);
  const state = openStateFolder(options.dataDir);
  releases.push({ name: 'the state folder', release: state.release });
  const functions = Object.keys(functionPorts) as FunctionName[];
  await checkPorts([
    ...functions.map((name) => portBase + functionPorts[name]),
    ...Object.values(infrastructurePorts).map((offset) => portBase + offset),
  ]);

  const database = await step(starting, 'PostgreSQL', async () => {
    const started = await localDatabase({
      dataDir: state.path,
      port: portBase + infrastructurePorts.postgres,
      environment,
    });
    releases.push({ name: 'PostgreSQL', release: started.stop });
    return started;
  });
  if (choice.kind === 'development') say(`Starting the development cluster, because ${choice.why}`);
  const kubeconfig = await startCluster(starting, choice, state);
  if (choice.kind === 'development') {
    await step(starting, 'AppConfig definition', () => installDefinition(kubeconfig));
  }
  await startBroker(starting, state);

  const around = {
    portBase,
    databaseUrl: database.url,
    kubeconfig,
    clusterName: environment['CLUSTER_NAME'] ?? (choice.kind === 'development' ? 'development' : undefined),
    jwtSignKey: state.jwtSignKey,
    inherited: inherited(environment),
  };
  const mirrorUrl = functionUrl(portBase, 'resources-presenter').replace('http:', 'https:');
  const mirror = prepareMirrorAccess(mirrorUrl, state.file);
  const startFunction = (name: FunctionName) =>
    startJob(starting, {
      name,
      command: [fromRoot(`functions/${name}/index.ts`)],
      environment: {
        ...functionEnvironment(name, around),
        ...(name === 'resources-presenter'
          ? { TLS_CERT_FILE: mirror.certFile, TLS_KEY_FILE: mirror.keyFile }
          : {}),
      },
      readyUrl: `${functionUrl(portBase, name)}/readyz`,
      logFile: state.file('logs', `${name}.log`),
    });
  // The deviser makes the tables that all others wait for.
  await startFunction('deviser');
  await Promise.all(functions.filter((name) => name !== 'deviser').map(startFunction));

  const users = choice.kind === 'development' ? demoUsers : [await currentUser(choice.path)];
  const tokens = await writeTokens(state, users);
  return {
    urls: {
      ...Object.fromEntries(functions.map((name) => [name, functionUrl(portBase, name)])),
      broker: sinkUrl(portBase),
    },
    kubeconfig,
    mirrorKubeconfig: mirror.writeKubeconfig(users, tokens),
    mirrorUrl,
    tokens,
    database: database.url,
    cluster:
      choice.kind === 'development'
        ? 'the development cluster'
        : `context ${choice.context} of ${choice.path}`,
    dataDir: state.path,
    development: choice.kind === 'development',
    startedInMs: performance.now() - startedAtMs,
    readyAt: new Date().toISOString(),
  };
}

async function startCluster(starting: Starting, choice: ClusterChoice, state: StateFolder): Promise<string> {
  if (choice.kind === 'kubeconfig') return choice.path;
  const port = starting.options.portBase + infrastructurePorts.cluster;
  const kubeconfig = state.file('kubeconfig');
  await startJob(starting, {
    name: 'cluster',
    command: [
      fromRoot('lib/local/cluster/main.ts'),
      ...['--port', String(port), '--data', state.file('cluster'), '--kubeconfig', kubeconfig, '--demo'],
    ],
    environment: inherited(starting.environment),
    readyUrl: `https://127.0.0.1:${port}/readyz`,
    logFile: state.file('logs', 'cluster.log'),
  });
  return kubeconfig;
}

async function startBroker(starting: Starting, state: StateFolder): Promise<void> {
  const { portBase } = starting.options;
  const port = portBase + infrastructurePorts.broker;
  const services = (Object.keys(functionPorts) as FunctionName[]).flatMap((name) => [
    '--service',
    `${name}=${functionUrl(portBase, name)}`,
  ]);
  await startJob(starting, {
    name: 'broker',
    command: [
      fromRoot('lib/local/broker/main.ts'),
      '--port',
      String(port),
      '--manifests',
      fromRoot('knative'),
      ...services,
    ],
    environment: inherited(starting.environment),
    readyUrl: `http://127.0.0.1:${port}/readyz`,
    logFile: state.file('logs', 'broker.log'),
  });
}

async function startJob(starting: Starting, job: Job): Promise<void> {
  const started = await step(starting, job.name, () =>
    supervise(job, { onRestart: starting.say, signal: starting.signal }),
  );
  starting.releases.push({ name: job.name, release: started.stop });
}

async function step<T>({ say, signal }: Starting, name: string, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const startedAtMs = performance.now();
  const result = await work();
  say(`  ${name.padEnd(20)} ready after ${((performance.now() - startedAtMs) / 1_000).toFixed(1)} s`);
  return result;
}

async function writeTokens(state: StateFolder, users: readonly DemoUser[]): Promise<Record<string, string>> {
  const tokens: Record<string, string> = {};
  for (const user of users) {
    const token = await demoToken(user, state.jwtSignKey);
    tokens[user.username] = token;
    // A user name may hold a slash or a colon.
    writeFileSync(state.file('tokens', encodeURIComponent(user.username)), token, { mode: 0o600 });
  }
  return tokens;
}

function fromRoot(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/** Only what exec plugins of a kubeconfig and Node itself need; no PG* or DB_* of the user's shell. */
function inherited(environment: Environment): Record<string, string> {
  const names = [
    'PATH',
    'HOME',
    'USER',
    'TMPDIR',
    'LANG',
    'TZ',
    'NODE_OPTIONS',
    'NODE_EXTRA_CA_CERTS',
    'HTTPS_PROXY',
    'NO_PROXY',
  ];
  return Object.fromEntries(
    names.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])),
  );
}
