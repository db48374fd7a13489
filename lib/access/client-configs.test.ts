import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubernetesAnswer } from '../core/kubernetes-request.ts';
import {
  createAuthority,
  issueClientCertificate,
  issueServerCertificate,
} from '../local/cluster/tls/certificates.ts';
import type { Authentication } from './authenticator.ts';
import { createClientConfigs, secretNameOf } from './client-configs.ts';
import { withClientConfig } from './with-client-config.ts';

const now = new Date('2026-11-20T12:00:00Z');
const authority = createAuthority('kubernetes', now);
const stranger = createAuthority('kubernetes', now);

function certificate(commonName: string, organizations: string[] = [], by = authority): string {
  return issueClientCertificate(by, { commonName, organizations }, now).certificate;
}

/** API server with these secrets in namespace `authn`; the values are what a Secret holds before its own base64. */
function server(secrets: Record<string, Record<string, string>>) {
  const state = { paths: [] as string[], status: 200 };
  const request = async ({ path }: { path: string }): Promise<KubernetesAnswer> => {
    state.paths.push(path);
    if (state.status !== 200) return { status: state.status, headers: {}, body: {} };
    if (path.endsWith('/kube-system/configmaps/extension-apiserver-authentication')) {
      return { status: 200, headers: {}, body: { data: { 'client-ca-file': authority.certificate } } };
    }
    const secret = secrets[path.replace('/api/v1/namespaces/authn/secrets/', '')];
    if (secret === undefined) return { status: 404, headers: {}, body: {} };
    const data = Object.entries(secret).map(([name, text]) => [name, Buffer.from(text).toString('base64')]);
    return { status: 200, headers: {}, body: { data: Object.fromEntries(data) as object } };
  };
  return { request, state };
}

function finder(secrets: Record<string, Record<string, string>>, clock = () => now.getTime()) {
  const { request, state } = server(secrets);
  return { find: createClientConfigs({ request, namespace: 'authn', now: clock }), state };
}

function config(pem: string): Record<string, string> {
  return { 'client-certificate-data': pem, 'client-key-data': 'never read', 'server-url': 'https://x' };
}

describe('createClientConfigs()', () => {
  it('finds the user and groups of the certificate in the secret of a user', async () => {
    const { find } = finder({ 'alice-clientconfig': config(certificate('alice', ['team-a', 'team-b'])) });
    expect(await find('alice')).toMatchObject({
      kind: 'holder',
      holder: { username: 'alice', groups: ['team-a', 'team-b'] },
    });
  });

  it('reads certificates whose text is base64 once more, as kubeconfigs have them', async () => {
    const twice = Buffer.from(certificate('alice')).toString('base64');
    const { find } = finder({ 'alice-clientconfig': config(twice) });
    expect((await find('alice')).kind).toBe('holder');
  });

  it('gives nobody the rights of another user whose name leads to the same secret', async () => {
    const { find } = finder({ 'admin-clientconfig': config(certificate('admin', ['system:masters'])) });
    expect((await find('admin')).kind).toBe('holder');
    for (const name of ['Admin', 'ad.min', 'ad@min', 'ADMIN', '-admin', 'ädmin'.replace('ä', 'a.')]) {
      expect(secretNameOf(name)).toBe('admin-clientconfig');
      expect((await find(name)).kind).toBe('refused');
    }
  });

  it.each([
    ['no secret', {}],
    ['a secret without certificate', { 'alice-clientconfig': { token: 'x' } }],
    [
      'what is no certificate',
      { 'alice-clientconfig': config('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----') },
    ],
    ['nothing at all', { 'alice-clientconfig': config('') }],
    [
      'one that another authority of the same name signed',
      { 'alice-clientconfig': config(certificate('alice', ['system:masters'], stranger)) },
    ],
    [
      'one that brings its own authority',
      { 'alice-clientconfig': config(certificate('alice', [], stranger) + stranger.certificate) },
    ],
    [
      'one of a server',
      { 'alice-clientconfig': config(issueServerCertificate(authority, ['alice'], now).certificate) },
    ],
    ['an authority itself', { 'alice-clientconfig': config(authority.certificate) }],
  ] as [string, Record<string, Record<string, string>>][])(
    'refuses a user with %s',
    async (_what, secrets) => {
      expect((await finder(secrets).find('alice')).kind).toBe('refused');
    },
  );

  it('refuses a certificate whose time is over', async () => {
    const after = now.getTime() + 11 * 365 * 86_400_000;
    const { find } = finder({ 'alice-clientconfig': config(certificate('alice')) }, () => after);
    expect((await find('alice')).kind).toBe('refused');
  });

  it('asks once for many requests at a time, and again after seconds', async () => {
    let clock = now.getTime();
    const { find, state } = finder({ 'alice-clientconfig': config(certificate('alice')) }, () => clock);
    await Promise.all(Array.from({ length: 50 }, () => find('alice')));
    expect(state.paths.length).toBe(2);
    clock += 3_001;
    await find('alice');
    expect(state.paths.length).toBe(3);
  });

  it('cannot judge while the API server refuses to tell, and quotes no secret then', async () => {
    const { find, state } = finder({ 'alice-clientconfig': config(certificate('alice')) });
    state.status = 403;
    expect(await find('alice')).toEqual({
      kind: 'unavailable',
      reason: expect.stringContaining('secrets/alice-clientconfig: answered with 403'),
    });
    state.status = 200;
    expect((await find('alice')).kind).toBe('holder');
  });

  it('names secrets as DNS labels, for any name of a user', () => {
    const anyUnit = fc.nat(0xffff).map((code) => String.fromCharCode(code));
    const named = fc.property(fc.string({ unit: anyUnit }), (name) =>
      /^[a-z0-9][-a-z0-9]{0,62}-clientconfig$/.test(secretNameOf(name) ?? 'nothing-clientconfig'),
    );
    expect(fc.check(named).counterexample).toBeNull();
  });
});

describe('withClientConfig()', () => {
  const of = (found: Authentication) =>
    withClientConfig(
      async () => found,
      finder({ 'alice-clientconfig': config(certificate('alice', ['team-b'])) }).find,
    );
  const user = (username: string, ...groups: string[]): Authentication => ({
    kind: 'user',
    realm: 'issuer',
    user: { username, groups: [...groups, 'system:authenticated'] },
    expiresAtMs: 5,
  });

  it('takes the groups of the certificate alone, so that a forged token brings none', async () => {
    expect(await of(user('alice', 'system:masters', 'team-b'))('token')).toEqual({
      kind: 'user',
      realm: 'issuer',
      user: { username: 'alice', groups: ['team-b', 'system:authenticated'] },
      expiresAtMs: 5,
    });
  });

  it('lets groups that only the certificate has count in no other cluster', async () => {
    expect(await of(user('alice', 'team-a'))('token')).toMatchObject({
      realm: 'cluster',
      user: { groups: ['team-b', 'system:authenticated'] },
    });
  });

  it('ends with the certificate where that ends before the token', async () => {
    const endless: Authentication = {
      kind: 'user',
      realm: 'issuer',
      user: { username: 'alice', groups: [] },
    };
    const found = await of(endless)('token');
    expect(found.kind === 'user' && (found.expiresAtMs ?? 0) > now.getTime()).toBe(true);
  });

  it('refuses users without one, and asks for nobody whom the token does not name', async () => {
    expect((await of(user('bob'))('token')).kind).toBe('refused');
    expect(await of({ kind: 'skipped' })('token')).toEqual({ kind: 'skipped' });
  });
});
