import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';

import { createAuthority, issueClientCertificate, issueServerCertificate } from './certificates.ts';

const now = new Date();

test('a server certificate is good for its hosts and signed by the authority', () => {
  const authority = createAuthority('test-ca', now);
  const server = issueServerCertificate(authority, ['localhost', '127.0.0.1', '::1'], now);
  const [ca, certificate] = [authority, server].map((one) => new X509Certificate(one.certificate));
  expect(certificate?.verify(ca?.publicKey as never)).toBe(true);
  expect(certificate?.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(certificate?.checkHost('localhost')).toBe('localhost');
  expect(certificate?.checkHost('example.com')).toBeUndefined();
  expect(ca?.ca).toBe(true);
});

test('a TLS client that trusts the authority connects, and its certificate tells user and groups', async () => {
  const authority = createAuthority('test-ca', now);
  const pair = issueServerCertificate(authority, ['127.0.0.1'], now);
  const client = issueClientCertificate(authority, { commonName: 'carol', organizations: ['a', 'b'] }, now);
  const server = createServer(
    { key: pair.privateKey, cert: pair.certificate, ca: authority.certificate, requestCert: true },
    (request, response) => {
      const { subject } = (request.socket as import('node:tls').TLSSocket).getPeerCertificate();
      response.end(JSON.stringify({ user: subject.CN, groups: subject.O }));
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const request = get({
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    ca: authority.certificate,
    key: client.privateKey,
    cert: client.certificate,
    agent: false,
  });
  const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  server.close();
  expect(JSON.parse(text)).toEqual({ user: 'carol', groups: ['a', 'b'] });
});
