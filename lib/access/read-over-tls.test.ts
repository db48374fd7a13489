import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAuthority, issueServerCertificate } from '../local/cluster/tls/certificates.ts';
import { createReadOverTls } from './read-over-tls.ts';

const authority = createAuthority('test', new Date());
const { certificate: cert, privateKey: key } = issueServerCertificate(authority, ['127.0.0.1'], new Date());
const server = createServer({ cert, key }, (request, response) => {
  if (request.url === '/large') response.end('x'.repeat(1024 * 1024 + 1));
  else if (request.url === '/moved') response.writeHead(302, { location: '/' }).end();
  else if (request.url === '/cut')
    response.writeHead(200, { 'content-length': 10 }).write('x', () => response.destroy());
  else if (request.url !== '/silent') response.end('{"a":1}');
});
const trusted = () => Promise.resolve(authority.certificate);
let url: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

it('reads what a server says that the authority vouches for', async () => {
  expect(await createReadOverTls(trusted)(url)).toBe('{"a":1}');
});

it('reads nothing from a server that nobody vouches for', async () => {
  await expect(createReadOverTls(undefined)(url)).rejects.toThrow(/certificate/);
});

it('takes the authorities as they are by then', async () => {
  const authorities = [
    async () => createAuthority('test', new Date()).certificate,
    () => Promise.reject(new Error('no such file')),
    async () => '-----BEGIN CERTIFICATE-----\nno certificate\n-----END CERTIFICATE-----',
  ];
  const read = createReadOverTls(() => (authorities.shift() ?? trusted)());
  await expect(read(url)).rejects.toThrow(/^Cannot read https.*certificate/);
  await expect(read(url)).rejects.toThrow(/^Cannot read https.*no such file/);
  await expect(read(url)).rejects.toThrow(/^Cannot read https/);
  expect(await read(url)).toBe('{"a":1}');
});

it.each(['/large', '/moved', '/cut'])('gives up on %s', async (path) => {
  await expect(createReadOverTls(trusted)(`${url}${path}`)).rejects.toThrow(/^Cannot read https/);
});

it('gives up when it is told to', async () => {
  const read = createReadOverTls(trusted);
  await expect(read(`${url}/silent`, AbortSignal.timeout(50))).rejects.toThrow(/^Cannot read https/);
});
