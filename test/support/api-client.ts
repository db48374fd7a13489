import { type ClientRequest, get as httpGet, type IncomingMessage } from 'node:http';

import { eventually } from './eventually.ts';

export type ApiBody = Record<string, unknown> & { metadata: { name?: string; [field: string]: unknown } };
export type ApiAnswer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: ApiBody;
};

export type WatchLine = { readonly type: string; readonly object: ApiBody };

/** An open watch as a client sees it, byte by byte. */
export type OpenWatch = {
  /** Whole lines so far. */
  readonly lines: () => readonly WatchLine[];
  /** `TYPE name` of each line, which is what most tests ask for. */
  readonly summary: () => readonly string[];
  /** What came after the last whole line. */
  readonly rest: () => string;
  /** How it ended: `ended` by the server, `broken`, or still `open`. */
  readonly state: () => 'open' | 'ended' | 'broken';
  /** Sizes of the chunks as they came. */
  readonly chunks: () => readonly string[];
  /** Stops reading, so that the server finds the client slow. */
  readonly pause: () => void;
  readonly close: () => void;
};

/** A client of an API server without any cleverness: no retries, no caches, everything is returned. */
export function apiClient(serverUrl: string, token = 'admin-token') {
  const authorization = `Bearer ${token}`;
  return {
    async send(
      method: string,
      path: string,
      body?: unknown,
      headers: Readonly<Record<string, string>> = {},
    ): Promise<ApiAnswer> {
      const answer = await fetch(`${serverUrl}${path}`, {
        method,
        headers: { authorization, 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await answer.text();
      const parsed =
        text.startsWith('{') && !text.includes('}\n{') ? (JSON.parse(text) as ApiBody) : undefined;
      return { status: answer.status, headers: answer.headers, text, body: parsed ?? { metadata: {} } };
    },

    /** Opens a watch and waits for its answer's head. */
    async watch(path: string, headers: Readonly<Record<string, string>> = {}): Promise<OpenWatch> {
      let text = '';
      let state: 'open' | 'ended' | 'broken' = 'open';
      const chunks: string[] = [];
      const request: ClientRequest = httpGet(`${serverUrl}${path}`, {
        agent: false,
        headers: { authorization, ...headers },
      });
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        request.once('response', resolve);
        request.once('error', reject);
      });
      request.on('error', () => undefined);
      response.on('data', (chunk: Buffer) => {
        text += String(chunk);
        chunks.push(String(chunk));
      });
      response.on('end', () => {
        if (state === 'open') state = 'ended';
      });
      response.on('error', () => {
        state = 'broken';
      });
      const lines = () =>
        text
          .slice(0, text.lastIndexOf('\n') + 1)
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as WatchLine);
      return {
        lines,
        summary: () => lines().map(({ type, object }) => `${type} ${object.metadata.name ?? ''}`.trim()),
        rest: () => text.slice(text.lastIndexOf('\n') + 1),
        state: () => state,
        chunks: () => chunks,
        pause: () => response.pause(),
        close: () => request.destroy(),
      };
    },
  };
}

export type ApiClient = ReturnType<typeof apiClient>;

/** Waits until a watch has shown so many lines. */
export async function untilLines(watch: OpenWatch, count: number): Promise<readonly WatchLine[]> {
  await eventually(() => {
    if (watch.lines().length < count) throw new Error(`${watch.lines().length} of ${count} lines so far`);
  });
  return watch.lines();
}
