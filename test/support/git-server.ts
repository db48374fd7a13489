import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A bare repository that is served over several transports. */
export type GitServer = {
  readonly fileUrl: string;
  /** PATH with git on it. */
  readonly path: string;
  /** Smart HTTP, for whoever has the token. */
  readonly httpUrl: string;
  readonly token: { readonly username: string; readonly secret: string };
  /** Its host does not matter: `sshProgram` runs what it is asked to on this machine. */
  readonly sshUrl: string;
  readonly sshProgram: string;
  readonly sshKeyFile: string;
  readonly sshKnownHostsFile: string;
  /** git in the bare repository; its output. */
  readonly git: (...args: string[]) => string;
  /** Files of the branch's tip below a folder, with their contents. */
  readonly files: (folder: string, branch?: string) => Record<string, string>;
  /** One file of the branch's tip; undefined where there is none. */
  readonly file: (path: string, branch?: string) => string | undefined;
  /** As somebody else would: writes (or deletes) one file on the branch's tip. */
  readonly commitFile: (path: string, content: string | undefined, branch?: string) => void;
  /** A hook that refuses every push with this message; undefined takes it away. */
  readonly refuse: (message: string | undefined) => void;
  /** Answers nothing over HTTP but 503, or again what it should. */
  readonly away: (isAway: boolean) => void;
  readonly close: () => Promise<void>;
};

const environment = {
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Somebody',
  GIT_AUTHOR_EMAIL: 'somebody@example.org',
  GIT_COMMITTER_NAME: 'Somebody',
  GIT_COMMITTER_EMAIL: 'somebody@example.org',
};

export async function startGitServer(): Promise<GitServer> {
  const folder = await mkdtemp(join(tmpdir(), 'kubemirror-remote-'));
  const repository = join(folder, 'configs.git');
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', repository], {
    env: environment,
  });
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: repository, env: environment }).toString();
  git('config', 'http.receivepack', 'true');

  const token = { username: 'git', secret: 'a-token' };
  const expected = `Basic ${Buffer.from(`${token.username}:${token.secret}`).toString('base64')}`;
  let isAway = false;
  const server = createServer((request, response) => {
    if (isAway) {
      response.writeHead(503).end();
      return;
    }
    if (request.headers.authorization !== expected) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
    const url = new URL(request.url ?? '/', 'http://localhost');
    const child = spawn('git', ['http-backend'], {
      env: {
        ...environment,
        GIT_PROJECT_ROOT: folder,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        HTTP_GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        REMOTE_USER: token.username,
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    request.pipe(child.stdin);
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('close', () => {
      const output = Buffer.concat(chunks);
      const split = output.indexOf('\r\n\r\n');
      const headers = output
        .subarray(0, split)
        .toString()
        .split('\r\n')
        .map((line) => line.split(': ', 2));
      const status = headers.find(([name]) => name === 'Status')?.[1];
      for (const [name = '', value = ''] of headers) if (name !== 'Status') response.setHeader(name, value);
      response.writeHead(status === undefined ? 200 : Number(status.slice(0, 3)));
      response.end(output.subarray(split + 4));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  // ssh gives the remote command as its last argument; everything before it is options and the host.
  const sshProgram = join(folder, 'fake-ssh');
  writeFileSync(sshProgram, '#!/bin/sh\nfor last; do :; done\nexec sh -c "$last"\n');
  chmodSync(sshProgram, 0o755);
  const hook = join(repository, 'hooks', 'pre-receive');

  return {
    fileUrl: `file://${repository}`,
    path: process.env['PATH'] ?? '',
    httpUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/configs.git`,
    token,
    sshUrl: `ssh://git@git.example${repository}`,
    sshProgram,
    sshKeyFile: join(folder, 'key'),
    sshKnownHostsFile: join(folder, 'known_hosts'),
    git,
    files: (below, branch = 'main') => {
      const paths = git('ls-tree', '-r', '--name-only', branch, '--', `${below}/`)
        .split('\n')
        .filter(Boolean);
      const input = paths.map((path) => `${branch}:${path}\n`).join('');
      const output = execFileSync('git', ['cat-file', '--batch'], {
        cwd: repository,
        env: environment,
        input,
      });
      let offset = 0;
      return Object.fromEntries(
        paths.map((path) => {
          const from = output.indexOf(10, offset) + 1;
          const size = Number(output.toString('utf8', offset, from).split(' ')[2]);
          offset = from + size + 1;
          return [path.slice(below.length + 1), output.toString('utf8', from, from + size)];
        }),
      );
    },
    file: (path, branch = 'main') => {
      const entry = git('ls-tree', branch, '--', path);
      return entry === '' ? undefined : git('cat-file', 'blob', entry.split(/\s/)[2] ?? '');
    },
    commitFile: (path, content, branch = 'main') => {
      const hasBranch = git('branch', '--list', branch).trim() !== '';
      const change =
        content === undefined
          ? `D ${path}\n`
          : `M 100644 inline ${path}\ndata ${Buffer.byteLength(content)}\n${content}\n`;
      const stream = `commit refs/heads/${branch}\ncommitter Somebody <somebody@example.org> 1795176000 +0000\ndata 4\nmine\n${hasBranch ? `from refs/heads/${branch}^0\n` : ''}${change}\n`;
      execFileSync('git', ['fast-import', '--quiet'], { cwd: repository, env: environment, input: stream });
    },
    refuse: (message) => {
      writeFileSync(
        hook,
        message === undefined ? '#!/bin/sh\n' : `#!/bin/sh\necho "${message}" >&2\nexit 1\n`,
      );
      chmodSync(hook, 0o755);
    },
    away: (away) => {
      isAway = away;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
