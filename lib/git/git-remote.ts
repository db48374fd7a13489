/** A repository, a branch of it, and how to get in. */
export type GitRemote = {
  /** https, http, ssh or file URL, or user@host:path; without credentials. */
  readonly url: string;
  readonly branch: string;
  /** For https and http: sent as basic authentication, never on a command line or to disk. */
  readonly token?: { readonly username: string; readonly secret: string };
  /** For ssh. */
  readonly ssh?: {
    readonly keyFile: string;
    readonly knownHostsFile: string;
    /** Default `ssh`. */
    readonly program?: string;
  };
};

/**
 * Environment of every git process: nothing of the machine's or the user's configuration, no prompts, no hooks, no
 * transport but the one that the URL names, and the credentials, which nobody sees in a process list.
 * @throws TypeError for file names that a shell would take apart
 */
export function gitEnvironment(
  remote: GitRemote,
  options: { readonly home: string; readonly path: string },
): Record<string, string> {
  const transport = transportOf(remote.url);
  const settings: [string, string][] = [
    ['protocol.allow', 'never'],
    [`protocol.${transport}.allow`, 'always'],
    ['core.hooksPath', '/dev/null'],
    ['credential.helper', ''],
    ['http.followRedirects', 'initial'],
    // Packing is asked for by us; by itself it is looked at with every fetch, which costs two processes.
    ['gc.auto', '0'],
    ['maintenance.auto', 'false'],
  ];
  if (remote.token !== undefined && (transport === 'https' || transport === 'http')) {
    const { username, secret } = remote.token;
    const basic = Buffer.from(`${username}:${secret}`).toString('base64');
    // For this server only: a redirect elsewhere must not carry it along.
    settings.push([`http.${new URL(remote.url).origin}/.extraHeader`, `Authorization: Basic ${basic}`]);
  }
  return {
    PATH: options.path,
    HOME: options.home,
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
    ...(transport === 'ssh' ? { GIT_SSH_COMMAND: sshCommand(remote.ssh) } : {}),
  };
}

/** Name of the transport as `protocol.<name>.allow` has it. */
export function transportOf(url: string): 'https' | 'http' | 'ssh' | 'git' | 'file' {
  const scheme = /^([a-z]+):\/\//.exec(url)?.[1];
  if (scheme === 'https' || scheme === 'http' || scheme === 'ssh' || scheme === 'git' || scheme === 'file') {
    return scheme;
  }
  if (scheme === undefined && /^[A-Za-z0-9_.-]+@[A-Za-z0-9.-]+:/.test(url)) return 'ssh';
  throw new TypeError(
    'Cannot use the repository URL: expected https, http, ssh, git or file, or user@host:path',
  );
}

function sshCommand(ssh: GitRemote['ssh']): string {
  if (ssh === undefined) {
    throw new TypeError('Cannot use ssh: no key, expected a key file and the known hosts');
  }
  const options = [
    '-o BatchMode=yes',
    '-o IdentitiesOnly=yes',
    '-o StrictHostKeyChecking=yes',
    `-o UserKnownHostsFile=${shellSafe(ssh.knownHostsFile)}`,
    '-o ConnectTimeout=10',
    '-o ServerAliveInterval=15',
  ];
  return `${shellSafe(ssh.program ?? 'ssh')} -i ${shellSafe(ssh.keyFile)} ${options.join(' ')}`;
}

/** Git gives the command to a shell. */
function shellSafe(path: string): string {
  if (/^[A-Za-z0-9_./@+-]+$/.test(path) && !path.startsWith('-')) return path;
  throw new TypeError(
    `Cannot use file ${JSON.stringify(path)}: expected letters, digits and _ . / @ + - in its name`,
  );
}
