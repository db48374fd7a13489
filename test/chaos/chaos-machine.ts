import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type FunctionName,
  functionEnvironment,
  functionUrl,
  infrastructurePorts,
} from '../../lib/local/function-plan.ts';
import { type PostgresServer, startPostgres } from '../../lib/local/postgres.ts';
import { type Supervised, supervise } from '../../lib/local/supervise.ts';

/** Everything but the cluster, as processes that can be killed one by one. */
export type ChaosMachine = {
  readonly databaseUrl: string;
  readonly postgres: PostgresServer;
  readonly processes: ReadonlyMap<string, Supervised>;
  readonly stop: () => Promise<void>;
};

/** A process of a function, with what it has different from the others. */
export type ChaosProcess = {
  readonly name: string;
  readonly function: FunctionName;
  readonly environment: Readonly<Record<string, string>>;
};

/** Starts PostgreSQL, broker and the functions; the deviser first, whose tables all others wait for. */
export async function startChaosMachine(options: {
  readonly folder: string;
  readonly portBase: number;
  readonly kubeconfig: string;
  readonly clusterName: string;
  readonly brokerProfile: string;
  /** As `--faults` of the development broker has them. */
  readonly brokerFaults: string;
  readonly functions: readonly ChaosProcess[];
  /** Functions that somebody else starts, and that get deliveries all the same. */
  readonly others?: readonly FunctionName[];
  readonly jwtSignKey?: string;
  /** Further settings of PostgreSQL. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly say: (line: string) => void;
}): Promise<ChaosMachine> {
  const { folder, portBase } = options;
  for (const name of ['logs', 'broker']) mkdirSync(join(folder, name), { recursive: true });
  // Without fsync a killed server still keeps what it has committed: the operating system lives on.
  const postgres = await startPostgres({
    folder: join(folder, 'postgres'),
    settings: { fsync: 'off', ...options.settings },
  });
  const processes = new Map<string, Supervised>();
  const stop = async () => {
    for (const [, process] of [...processes].toReversed()) await process.stop();
    await postgres.stop();
  };
  const start = async (
    name: string,
    job: { command: string[]; environment: Record<string, string>; url: string },
  ) => {
    const { command, environment, url } = job;
    const logFile = join(folder, 'logs', `${name}.log`);
    const signal = new AbortController().signal;
    processes.set(
      name,
      await supervise(
        { name, command, environment, readyUrl: `${url}/readyz`, logFile },
        { onRestart: options.say, signal },
      ),
    );
  };
  // Processes that are killed leave what is temporary behind.
  const inherited = { PATH: process.env['PATH'] ?? '', HOME: folder, TMPDIR: folder };
  try {
    const brokerPort = portBase + infrastructurePorts.broker;
    const names = new Set([
      ...options.functions.map((process) => process.function),
      ...(options.others ?? []),
    ]);
    const services = [...names].flatMap((name) => ['--service', `${name}=${functionUrl(portBase, name)}`]);
    await start('broker', {
      command: [
        fromRoot('lib/local/broker/main.ts'),
        ...[
          '--port',
          String(brokerPort),
          '--manifests',
          fromRoot('knative'),
          '--data',
          join(folder, 'broker'),
        ],
        ...['--profile', options.brokerProfile, '--faults', options.brokerFaults, '--no-pings'],
        ...services,
      ],
      environment: inherited,
      url: `http://127.0.0.1:${brokerPort}`,
    });
    const startFunction = async (process: ChaosProcess): Promise<void> => {
      const environment = {
        ...functionEnvironment(process.function, {
          portBase,
          databaseUrl: postgres.url(),
          kubeconfig: options.kubeconfig,
          clusterName: options.clusterName,
          jwtSignKey: options.jwtSignKey ?? '',
          inherited,
        }),
        ...process.environment,
      };
      await start(process.name, {
        command: [fromRoot(`functions/${process.function}/index.ts`)],
        environment,
        url: `http://127.0.0.1:${environment['PORT']}`,
      });
    };
    for (const process of options.functions) if (process.function === 'deviser') await startFunction(process);
    await Promise.all(
      options.functions.filter((process) => process.function !== 'deviser').map(startFunction),
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return { databaseUrl: postgres.url(), postgres, processes, stop };
}

function fromRoot(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}
