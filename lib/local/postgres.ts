import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown, mkdir, mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { type PostgresBinaries, postgresBinaries } from './postgres-binaries.ts';
import { type Account, isReachable, unprivilegedAccount } from './unprivileged-account.ts';

/** A PostgreSQL server of our own, as a child process that listens on 127.0.0.1 only. */
export type PostgresServer = {
  readonly port: number;
  /** Connection string with the superuser's password; `database` defaults to `postgres`. */
  readonly url: (database?: string) => string;
  /** Where its files are, log included. */
  readonly folder: string;
  /** Ends sessions, writes everything out, and removes the folder when it was temporary. */
  readonly stop: () => Promise<void>;
  /** SIGKILL, as a crash of the machine would: no check-point, no goodbye. For tests. */
  readonly kill: () => Promise<void>;
  /** Starts again on the same port after `kill`. */
  readonly start: () => Promise<void>;
};

/** A cold start with crash recovery takes seconds on a busy machine; longer means that it is broken. */
const startTimeoutMs = 90_000;

/**
 * Starts PostgreSQL in `folder` (created when it is missing, found again when it is not) or in a temporary one.
 * Runs as another account when we are root. `wal_level` is `logical`, for change data capture.
 * @param options.settings further `name=value` settings of the server
 * @param options.unsafeButFast what was committed survives a kill of the server, but not of the machine: for tests only
 */
export async function startPostgres(
  options: {
    readonly folder?: string;
    readonly port?: number;
    readonly settings?: Readonly<Record<string, string>>;
    readonly unsafeButFast?: boolean;
  } = {},
): Promise<PostgresServer> {
  const account = await unprivilegedAccount();
  const folder = await prepareFolder(options.folder, account);
  const binaries = await postgresBinaries({ account, copyFolder: join(folder, 'binaries') });
  const password = await initialise({ folder, binaries, account }, options.unsafeButFast ?? false);
  await stopOrphan(folder);

  const port = options.port ?? (await freePort());
  const settings = { ...baseSettings, ...(options.unsafeButFast ? unsafeSettings : {}), ...options.settings };
  const run = () => launch({ folder, port, settings, binaries, account });
  const removeIfTemporary = async () => {
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
  };
  let child: ChildProcess;
  try {
    child = await run();
  } catch (error) {
    await removeIfTemporary();
    throw error;
  }
  return {
    port,
    folder,
    url: (database = 'postgres') => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`,
    stop: async () => {
      // SIGINT is the "fast" shutdown: sessions are cut, transactions rolled back, a check-point written.
      await end(child, 'SIGINT');
      await removeIfTemporary();
    },
    kill: () => end(child, 'SIGKILL'),
    start: async () => {
      child = await run();
    },
  };
}

const baseSettings: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  wal_level: 'logical',
  max_connections: '200',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // A small machine shares its memory with all our functions.
  shared_buffers: '128MB',
  // Bounds the disk that a bench or a long local run takes.
  max_wal_size: '2GB',
};

// Not `synchronous_commit`: tests kill the server, and what it had only in its own memory would be gone, the tables
// that a migration just made included. A process that dies loses nothing that it gave to the kernel.
const unsafeSettings: Readonly<Record<string, string>> = {
  fsync: 'off',
  full_page_writes: 'off',
};

/** Folder that the account can reach; below a closed home, such as `/root`, it lies under /var/tmp instead. */
async function prepareFolder(wanted: string | undefined, account: Account | undefined): Promise<string> {
  const folder = wanted ?? (await mkdtemp(join(tmpdir(), 'kubemirror-postgres-')));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (account === undefined) return folder;
  await chown(folder, account.uid, account.gid);
  if (await isReachable(folder, account)) return folder;
  const moved = join(
    '/var/tmp',
    `kubemirror-postgres-${createHash('sha256').update(folder).digest('hex').slice(0, 32)}`,
  );
  if (!(await exists(join(folder, 'MOVED')))) {
    // The folder was deleted since, and whoever did that meant the data as well.
    await stopOrphan(moved);
    await rm(moved, { recursive: true, force: true });
  }
  await mkdir(moved, { recursive: true, mode: 0o700 });
  const { uid } = await stat(moved);
  if (uid !== 0 && uid !== account.uid) {
    throw new Error(
      `Cannot keep PostgreSQL in "${moved}": it belongs to uid ${uid}, expected ${account.uid}`,
    );
  }
  await chown(moved, account.uid, account.gid);
  await writeFile(join(folder, 'MOVED'), `${account.name} cannot enter this folder; see ${moved}\n`);
  return moved;
}

/** Makes the data folder once; the superuser's password lies beside it. */
async function initialise(
  { folder, binaries, account }: Pick<Launch, 'folder' | 'binaries' | 'account'>,
  unsafeButFast: boolean,
): Promise<string> {
  const passwordFile = join(folder, 'password');
  const dataFolder = join(folder, 'data');
  if (await exists(join(folder, 'initialised'))) return (await readFile(passwordFile, 'utf8')).trim();

  // What a crash half-way through left behind would make initdb refuse.
  await rm(dataFolder, { recursive: true, force: true });
  const password = randomBytes(18).toString('base64url');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account !== undefined) await chown(passwordFile, account.uid, account.gid);
  const child = spawn(
    binaries.initdb,
    [
      `--pgdata=${dataFolder}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      // An order that is not byte order, as most servers have it, so that a forgotten `collate "C"` shows.
      '--locale-provider=icu',
      '--icu-locale=en-US',
      ...(unsafeButFast ? ['--no-sync'] : []),
    ],
    { ...identity(account), cwd: folder, env: childEnvironment(), stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let problems = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    problems += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0)
    throw new Error(`Cannot create a database in "${folder}": initdb ended with ${code}: ${problems}`);
  await writeFile(join(folder, 'initialised'), '');
  return password;
}

/** Ends a server that outlived the process which started it, as after a SIGKILL of ours. */
async function stopOrphan(folder: string): Promise<void> {
  const server = await runningServer(folder);
  if (server === undefined) return;
  const owner = Number(await readFile(join(folder, 'owner'), 'utf8').catch(() => ''));
  if (owner > 0 && owner !== process.pid && isAlive(owner)) {
    throw new Error(`Cannot start PostgreSQL in "${folder}": process ${owner} uses it, expected nobody`);
  }
  process.kill(server, 'SIGINT');
  for (let waitedMs = 0; isAlive(server) && waitedMs < startTimeoutMs; waitedMs += 50) await delay(50);
}

/** Process id of a live server that has this folder as its working directory. */
async function runningServer(folder: string): Promise<number | undefined> {
  const text = await readFile(join(folder, 'data', 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(text.split('\n', 1)[0]);
  if (!(pid > 1) || !isAlive(pid)) return undefined;
  // After a reboot the number may be somebody else's.
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  if (commandLine !== undefined && !commandLine.includes(join(folder, 'data'))) return undefined;
  return pid;
}

type Launch = {
  readonly folder: string;
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly binaries: PostgresBinaries;
  readonly account: Account | undefined;
};

async function launch(options: Launch): Promise<ChildProcess> {
  const deadlineMs = performance.now() + startTimeoutMs;
  for (;;) {
    const attempt = await launchOnce(options, deadlineMs);
    if (attempt.kind === 'started') return attempt.child;
    // Backends of a killed server need a moment to notice; until then its shared memory is "still in use".
    if (!/still in use|already exists/.test(attempt.log) || performance.now() > deadlineMs) {
      throw new Error(
        `Cannot start PostgreSQL in "${options.folder}" on port ${options.port}: ${attempt.log}`,
      );
    }
    await delay(100);
  }
}

async function launchOnce(
  options: Launch,
  deadlineMs: number,
): Promise<{ kind: 'started'; child: ChildProcess } | { kind: 'ended'; log: string }> {
  const dataFolder = join(options.folder, 'data');
  const logPath = join(options.folder, 'server.log');
  // A file and not a pipe: a server must not stall or die with the process that reads its log.
  const logFile = await open(logPath, 'a', 0o600);
  const logStart = (await logFile.stat()).size;
  await writeFile(join(options.folder, 'owner'), String(process.pid));
  const child = spawn(
    options.binaries.postgres,
    [
      '-D',
      dataFolder,
      '-p',
      String(options.port),
      ...Object.entries(options.settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    {
      ...identity(options.account),
      cwd: options.folder,
      env: childEnvironment(),
      stdio: ['ignore', logFile.fd, logFile.fd],
      // Its own process group: Ctrl-C in a terminal is for us to turn into an orderly stop.
      detached: true,
    },
  );
  await logFile.close();
  child.unref();
  let ended = false;
  child.once('close', () => {
    ended = true;
  });
  while (!ended && performance.now() < deadlineMs) {
    if (await isReady(dataFolder, child.pid)) return { kind: 'started', child };
    await delay(20);
  }
  if (!ended) child.kill('SIGKILL');
  const log = await readFile(logPath);
  return { kind: 'ended', log: log.subarray(logStart).toString('utf8').trim() };
}

/** As pg_ctl does: the server writes `ready` to line 8 of its pid file. */
async function isReady(dataFolder: string, pid: number | undefined): Promise<boolean> {
  const lines = (await readFile(join(dataFolder, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
}

async function end(child: ChildProcess, signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  const closed = once(child, 'close');
  child.kill(signal);
  await closed;
}

function identity(account: Account | undefined): { uid?: number; gid?: number } {
  return account === undefined ? {} : { uid: account.uid, gid: account.gid };
}

/** PG* variables of the user's shell would change what initdb and the server do. */
function childEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
