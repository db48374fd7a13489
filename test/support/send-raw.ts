import { Agent, request } from 'node:http';
import { gunzipSync } from 'node:zlib';

export type RawAnswer = { readonly status: number; readonly contentType: string; readonly text: string };

export type SendRaw = (request: {
  readonly method: string;
  /** Goes out as it is, whatever its encoding. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | undefined;
}) => Promise<RawAnswer>;

/** Sends requests that `fetch` would repair. Of a stream only the head is waited for. */
export function createRawSender(url: string): { readonly send: SendRaw; readonly close: () => void } {
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  return {
    close: () => agent.destroy(),
    send: ({ method, path, headers, body }) =>
      new Promise((resolve, reject) => {
        const sent = request({ hostname, port, agent, method, path, headers }, (answer) => {
          const status = answer.statusCode ?? 0;
          const contentType = answer.headers['content-type'] ?? '';
          const isStream = contentType.startsWith('text/event-stream') || path.includes('watch=');
          if (status === 200 && isStream) {
            sent.destroy();
            resolve({ status, contentType, text: '' });
            return;
          }
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('end', () => {
            const bytes = Buffer.concat(chunks);
            const isZipped = answer.headers['content-encoding'] === 'gzip' && bytes.length > 0;
            resolve({ status, contentType, text: (isZipped ? gunzipSync(bytes) : bytes).toString() });
          });
          answer.on('error', reject);
        });
        sent.on('error', reject);
        sent.end(body);
      }),
  };
}
