import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeHttpEvents } from '../../lib/cloudevents/decode-http-event.ts';
import type { CloudEvent } from '../../lib/core/cloud-event.ts';

/** A sink that keeps what it is sent. */
export type RecordingSink = {
  readonly url: string;
  readonly events: readonly CloudEvent[];
  /** What each POST is answered from now on; 202 by default. */
  readonly answerWith: (status: number, headers?: Readonly<Record<string, string>>) => void;
  readonly clear: () => void;
  readonly stop: () => Promise<void>;
};

export async function startRecordingSink(): Promise<RecordingSink> {
  const events: CloudEvent[] = [];
  let answer: { readonly status: number; readonly headers: Readonly<Record<string, string>> } = {
    status: 202,
    headers: {},
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const decoded = decodeHttpEvents(request.headers, Buffer.concat(chunks));
      if (decoded.kind === 'events' && answer.status < 300) events.push(...decoded.events);
      response.writeHead(decoded.kind === 'events' ? answer.status : 400, answer.headers).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/kubemirror/default`,
    events,
    answerWith: (status, headers = {}) => {
      answer = { status, headers };
    },
    clear: () => {
      events.length = 0;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
