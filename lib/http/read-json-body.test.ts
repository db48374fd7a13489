import { describe, expect, it } from 'vitest';
import { readJsonBody } from './read-json-body.ts';

function post(body: string | ReadableStream<Uint8Array>, headers: Record<string, string> = {}): Request {
  const init = { method: 'POST', body, headers, ...(typeof body === 'string' ? {} : { duplex: 'half' }) };
  return new Request('http://mirror/', init as RequestInit);
}

async function statusOf(request: Request): Promise<number> {
  const outcome = await readJsonBody(request, 20);
  return outcome.kind === 'refused' ? outcome.response.status : 200;
}

describe('readJsonBody()', () => {
  it('gives the value of the body', async () => {
    expect(await readJsonBody(post('{"a":1}'), 20)).toEqual({ kind: 'body', value: { a: 1 } });
  });

  it.each(['', '{', '{} {}', 'undefined'])('refuses %j with 400', async (text) => {
    expect(await statusOf(post(text))).toBe(400);
  });

  it('refuses what is nested so deep that writing it out again would overflow the stack', async () => {
    const nested = (levels: number) => post(`${'['.repeat(levels)}${']'.repeat(levels)}`);
    expect(await readJsonBody(nested(100), 300_000)).toMatchObject({ kind: 'body' });
    const outcome = await readJsonBody(nested(100_000), 300_000);
    expect(outcome.kind === 'refused' && (await outcome.response.json())).toMatchObject({
      code: 400,
      message: 'invalid body: nested deeper than 100 levels',
    });
  });

  it('refuses a body that is too large by its announcement, and by its bytes where it announced none', async () => {
    expect(await statusOf(post('"x"', { 'content-length': '21' }))).toBe(413);
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(8)),
      cancel: () => {
        cancelled = true;
      },
    });
    expect(await statusOf(post(endless))).toBe(413);
    expect(cancelled).toBe(true);
  });
});
