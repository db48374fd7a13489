import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectKubernetes, type KubernetesConnection } from './connect-kubernetes.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

describe('connectKubernetes() through a kubeconfig', () => {
  let folder: string;
  let server: Server;
  let handler: Handler;
  let connection: KubernetesConnection;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kubemirror-connect-'));
    server = createServer((request, response) => handler(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    writeToken('first');
    connection = await connectKubernetes({
      environment: { KUBECONFIG: join(folder, 'config') },
      userAgent: 'kubemirror/test',
    });
  });

  afterEach(async () => {
    await connection.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  it('sends token and user agent to plain http under a path prefix', async () => {
    let seen: IncomingMessage | undefined;
    handler = (request, response) => {
      seen = request;
      answer(response, 200, { items: [], big: 1 });
    };
    const got = await connection.request({ method: 'GET', path: '/api/v1/pods?limit=1' });
    expect(got).toMatchObject({ status: 200, body: { items: [] }, bodyBytes: 20 });
    expect(seen?.url).toBe('/clusters/team/api/v1/pods?limit=1');
    expect(seen?.headers).toMatchObject({
      authorization: 'Bearer first',
      'user-agent': 'kubemirror/test',
      accept: 'application/json',
    });
    expect(seen?.headers['accept-encoding']).toBeUndefined();
  });

  it('knows the cluster and the namespace of the context', () => {
    expect(connection).toMatchObject({ contextCluster: 'team', namespace: 'shop' });
  });

  it('reads the credentials anew after a 401 and tries once more', async () => {
    const tokens: unknown[] = [];
    handler = (request, response) => {
      tokens.push(request.headers.authorization);
      answer(response, request.headers.authorization === 'Bearer second' ? 200 : 401, {});
    };
    writeToken('second');
    // Credentials are renewed at most once a second, so that hundreds of watches do it once.
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    expect((await connection.request({ method: 'GET', path: '/version' })).status).toBe(200);
    expect(tokens).toEqual(['Bearer first', 'Bearer second']);
    writeToken('third');
    handler = (_request, response) => answer(response, 401, {});
    expect((await connection.request({ method: 'GET', path: '/version' })).status).toBe(401);
  });

  it('throws only where no answer came, and says why', async () => {
    handler = (request) => request.destroy();
    await expect(connection.request({ method: 'GET', path: '/api/v1/pods?limit=9' })).rejects.toThrow(
      /Cannot GET \/api\/v1\/pods: /,
    );
    handler = () => undefined;
    await expect(connection.request({ method: 'GET', path: '/slow', timeoutMs: 30 })).rejects.toThrow(
      /no whole answer within 30 ms/,
    );
  });

  it('rejects with the reason of the signal', async () => {
    handler = () => undefined;
    const stopping = new AbortController();
    const pending = connection.request({ method: 'GET', path: '/slow', signal: stopping.signal });
    const reason = new Error('stopping');
    stopping.abort(reason);
    await expect(pending).rejects.toBe(reason);
  });

  it('streams lines as they come, and a break of the connection is an error', async () => {
    handler = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"type":"ADDED"}\n{"type":"MODI');
      setTimeout(() => response.write('FIED"}\n{"half":'), 5);
      setTimeout(() => response.destroy(), 20);
    };
    const opened = await connection.stream({
      path: '/api/v1/pods?watch=1',
      signal: new AbortController().signal,
    });
    const seen: unknown[] = [];
    const reading = (async () => {
      if (opened.kind !== 'streaming') throw new Error(`refused: ${opened.answer.status}`);
      for await (const line of opened.lines) seen.push(line.value);
    })();
    await expect(reading).rejects.toThrow(/closed|terminated|aborted|ECONNRESET/i);
    expect(seen).toEqual([{ type: 'ADDED' }, { type: 'MODIFIED' }]);
  });

  it('ends a stream when its signal aborts', async () => {
    handler = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"n":1}\n');
    };
    const stopping = new AbortController();
    const opened = await connection.stream({ path: '/w', signal: stopping.signal });
    if (opened.kind !== 'streaming') throw new Error('refused');
    const lines = opened.lines[Symbol.asyncIterator]();
    expect((await lines.next()).value.value).toEqual({ n: 1 });
    const next = lines.next();
    stopping.abort();
    await expect(next).rejects.toThrow(/aborted/);
  });

  it('hands over the answer where a stream is refused', async () => {
    handler = (_request, response) => answer(response, 429, { code: 429 }, { 'retry-after': '3' });
    const opened = await connection.stream({ path: '/w', signal: new AbortController().signal });
    expect(opened).toMatchObject({
      kind: 'refused',
      answer: { status: 429, headers: { 'retry-after': '3' } },
    });
  });

  function writeToken(token: string): void {
    const { port } = server.address() as AddressInfo;
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'dev',
      contexts: [{ name: 'dev', context: { cluster: 'team', user: 'me', namespace: 'shop' } }],
      clusters: [{ name: 'team', cluster: { server: `http://127.0.0.1:${port}/clusters/team` } }],
      users: [{ name: 'me', user: { token } }],
    };
    writeFileSync(join(folder, 'config'), JSON.stringify(config));
  }
});

describe('connectKubernetes() without a kubeconfig', () => {
  it('uses the service account of the pod', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubemirror-account-'));
    for (const [name, text] of [
      ['token', 'abc\n'],
      ['ca.crt', 'pem'],
      ['namespace', 'kubemirror'],
    ] as const) {
      writeFileSync(join(folder, name), text);
    }
    const connection = await connectKubernetes({
      environment: { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' },
      userAgent: 'kubemirror/test',
      serviceAccountFolder: folder,
    });
    expect(connection).toMatchObject({ serverUrl: 'https://[fd00::1]:6443', namespace: 'kubemirror' });
    expect(connection.contextCluster).toBeUndefined();
    await connection.close();
    rmSync(folder, { recursive: true });
  });

  it('says what is missing where there is nothing to connect with', async () => {
    await expect(
      connectKubernetes({
        environment: { HOME: '/nonexistent' },
        userAgent: 'x',
        serviceAccountFolder: '/none',
      }),
    ).rejects.toThrow(
      'Cannot find a cluster: no KUBECONFIG, no service account, no /nonexistent/.kube/config',
    );
  });
});

function answer(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
