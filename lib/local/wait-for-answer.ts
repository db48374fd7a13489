import { once } from 'node:events';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 50;
const attemptTimeoutMs = 5_000;

/**
 * Resolves when the URL answers 2xx. Certificates are not checked, as a kubelet does not check them in probes:
 * nothing is sent and the answer is only a status.
 * @throws after `timeoutMs` with the last answer, or when the signal aborts.
 */
export async function waitForAnswer(
  url: string,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const deadlineMs = performance.now() + options.timeoutMs;
  let last = 'no answer';
  for (;;) {
    options.signal.throwIfAborted();
    try {
      const answer = await probe(url, options.signal);
      if (answer.statusCode !== undefined && answer.statusCode < 300) return;
      last = `${answer.statusCode} ${answer.body.trim().slice(0, 200)}`;
    } catch (error) {
      // Refused while the process starts; anything else shows in the message when the time is over.
      last = error instanceof Error ? error.message : String(error);
    }
    if (performance.now() > deadlineMs) {
      throw new Error(`Cannot reach ${url}: ${last} after ${options.timeoutMs / 1_000} s, expected 2xx`);
    }
    await delay(pollMs, undefined, { signal: options.signal });
  }
}

async function probe(
  url: string,
  signal: AbortSignal,
): Promise<{ readonly statusCode: number | undefined; readonly body: string }> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(attemptTimeoutMs)]);
  const request = url.startsWith('https:')
    ? requestHttps(url, { signal: limited, agent: false, rejectUnauthorized: false })
    : requestHttp(url, { signal: limited, agent: false });
  request.end();
  const [answer] = (await once(request, 'response', { signal: limited })) as [IncomingMessage];
  return { statusCode: answer.statusCode, body: await text(answer) };
}
