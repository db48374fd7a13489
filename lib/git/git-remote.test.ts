import { describe, expect, it } from 'vitest';
import { gitEnvironment, transportOf } from './git-remote.ts';

const options = { home: '/tmp/x', path: '/usr/bin' };

function settings(environment: Record<string, string>): Map<string, string> {
  return new Map(
    Array.from({ length: Number(environment['GIT_CONFIG_COUNT']) }, (_, index) => [
      environment[`GIT_CONFIG_KEY_${index}`] ?? '',
      environment[`GIT_CONFIG_VALUE_${index}`] ?? '',
    ]),
  );
}

describe('gitEnvironment()', () => {
  it('allows the transport of the URL and no other', () => {
    const found = settings(gitEnvironment({ url: 'https://example.org/r.git', branch: 'main' }, options));
    expect(found.get('protocol.allow')).toBe('never');
    expect([...found.keys()].filter((key) => /^protocol\..+\.allow$/.test(key))).toEqual([
      'protocol.https.allow',
    ]);
  });

  it('gives the token to that server only', () => {
    const environment = gitEnvironment(
      {
        url: 'https://example.org:8443/r.git',
        branch: 'main',
        token: { username: 'git', secret: 's3cret' },
      },
      options,
    );
    expect(settings(environment).get('http.https://example.org:8443/.extraHeader')).toBe(
      `Authorization: Basic ${Buffer.from('git:s3cret').toString('base64')}`,
    );
    expect(JSON.stringify(environment)).not.toContain('s3cret');
  });

  it('gives no token over other transports', () => {
    const environment = gitEnvironment(
      { url: 'git://example.org/r', branch: 'main', token: { username: 'git', secret: 's3cret' } },
      options,
    );
    expect([...settings(environment).keys()].some((key) => key.endsWith('extraHeader'))).toBe(false);
  });

  it('names key and known hosts for ssh, and asks nobody', () => {
    const { GIT_SSH_COMMAND } = gitEnvironment(
      {
        url: 'git@example.org:team/r.git',
        branch: 'main',
        ssh: { keyFile: '/keys/id', knownHostsFile: '/keys/known_hosts' },
      },
      options,
    );
    expect(GIT_SSH_COMMAND).toContain('ssh -i /keys/id');
    expect(GIT_SSH_COMMAND).toContain('-o StrictHostKeyChecking=yes');
    expect(GIT_SSH_COMMAND).toContain('-o BatchMode=yes');
  });

  it.each(['/keys/$(id)', '/keys/a b', '-oProxyCommand=id', "/keys/'x"])(
    'refuses the key file %j',
    (keyFile) => {
      const remote = {
        url: 'ssh://git@example.org/r',
        branch: 'main',
        ssh: { keyFile, knownHostsFile: '/k' },
      };
      expect(() => gitEnvironment(remote, options)).toThrow(TypeError);
    },
  );

  it.each(['ext::sh -c id', '/etc', 'https:/x', '--upload-pack=id', ''])(
    'knows no transport for %j',
    (url) => {
      expect(() => transportOf(url)).toThrow(TypeError);
    },
  );
});
