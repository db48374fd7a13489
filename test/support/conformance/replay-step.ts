import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';

import type { Step } from './recording.ts';

/** What the server under test answered. */
export type Observed = {
  readonly status: number;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** For streams: whether the server closed it in the given time. */
  readonly ended: boolean;
};

/** Sends the request of one step, with captured values filled in. */
export async function replayStep(
  step: Step,
  options: { readonly serverUrl: string; readonly variables: ReadonlyMap<string, string> },
): Promise<Observed> {
  if (step.pauseSeconds !== undefined) await delay(step.pauseSeconds * 1_000);
  const fill = (text: string) =>
    text.replace(/\$\{(\w+)\}/g, (whole, name: string) => options.variables.get(name) ?? whole);
  const { method, path, headers = {}, body } = step.request;
  const payload = body === undefined ? undefined : fill(typeof body === 'string' ? body : spacedJson(body));
  const sent: Record<string, string> = {
    accept: 'application/json',
    authorization: 'Bearer admin-token',
    // Without a length Node would send the body of a DELETE unframed.
    ...(payload === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(payload)) }),
  };
  for (const [name, value] of Object.entries(headers)) {
    if (value === null) delete sent[name.toLowerCase()];
    else sent[name.toLowerCase()] = fill(value);
  }
  const url = new URL(options.serverUrl);
  const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)({
    host: url.hostname,
    port: url.port,
    method,
    path: fill(path),
    headers: sent,
    ...(url.protocol === 'https:' ? { rejectUnauthorized: false } : {}),
  });
  request.end(payload);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
  });
  const { text, ended } = await readAll(response, step.watch?.seconds);
  request.destroy();
  return {
    status: response.statusCode ?? 0,
    contentType: String(response.headers['content-type'] ?? ''),
    headers: response.headers,
    text,
    ended,
  };
}

/** Reads to the end, or for so long. */
async function readAll(
  response: IncomingMessage,
  seconds: number | undefined,
): Promise<{ text: string; ended: boolean }> {
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
  const end = new Promise<boolean>((resolve, reject) => {
    response.once('end', () => resolve(true));
    response.once('error', reject);
  });
  const timeout = new AbortController();
  const ended =
    seconds === undefined
      ? await end
      : await Promise.race([
          end,
          delay(seconds * 1_000, false, { signal: timeout.signal }).catch(() => false),
        ]);
  timeout.abort();
  return { text: Buffer.concat(chunks).toString(), ended };
}

/** JSON with blanks after commas and colons, as the recordings were sent: error messages quote the body. */
export function spacedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spacedJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}: ${spacedJson(member)}`,
  );
  return `{${members.join(', ')}}`;
}
