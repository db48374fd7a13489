import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { acceptsGzip } from './accepts-gzip.ts';
import { finishResponse } from './finish-response.ts';

const json = { 'content-type': 'application/json' };
const long = JSON.stringify({ text: 'kubemirror '.repeat(500) });

function ask(headers: Record<string, string> = {}, method = 'GET'): Request {
  return new Request('http://mirror/', { headers, method });
}

/** A body of `count` chunks of 64 KiB that ends, or fails, after the last. */
function stream(count: number, failure?: Error): ReadableStream<Uint8Array> {
  let sent = 0;
  return new ReadableStream({
    pull: (controller) => {
      if (sent < count) controller.enqueue(Buffer.alloc(65_536, 'x'));
      else if (failure === undefined) controller.close();
      else controller.error(failure);
      sent += 1;
    },
  });
}

describe('acceptsGzip()', () => {
  it.each([
    ['gzip', true],
    ['deflate, GZIP;q=0.5', true],
    ['gzip;q=0', false],
    ['gzip; q=0.0, *', false],
    ['*', true],
    ['br', false],
    ['', false],
    [null, false],
  ])('reads %j as %s', (header, accepted) => {
    expect(acceptsGzip(header)).toBe(accepted);
  });
});

describe('finishResponse()', () => {
  it('compresses what is long enough, for who takes it', async () => {
    const zipped = await finishResponse(
      ask({ 'accept-encoding': 'gzip' }),
      new Response(long, { headers: json }),
    );
    expect(zipped.headers.get('content-encoding')).toBe('gzip');
    expect(zipped.headers.get('vary')).toBe('Accept-Encoding');
    expect(gunzipSync(Buffer.from(await zipped.arrayBuffer())).toString()).toBe(long);
    const plain = await finishResponse(ask(), new Response(long, { headers: json }));
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(plain.headers.get('vary')).toBe('Accept-Encoding');
    const short = await finishResponse(
      ask({ 'accept-encoding': 'gzip' }),
      new Response('{}', { headers: json }),
    );
    expect(short.headers.get('content-encoding')).toBeNull();
    expect(await short.text()).toBe('{}');
  });

  it('answers 304 to who has this very answer, and to no one else', async () => {
    const answer = () => new Response(long, { headers: json });
    const etag = (await finishResponse(ask(), answer())).headers.get('etag') ?? '';
    for (const known of [etag, `"x", ${etag}`, etag.slice(2), '*']) {
      const unchanged = await finishResponse(
        ask({ 'if-none-match': known, 'accept-encoding': 'gzip' }),
        answer(),
      );
      expect(unchanged.status).toBe(304);
      expect(unchanged.headers.get('etag')).toBe(etag);
      expect(await unchanged.text()).toBe('');
    }
    const changed = await finishResponse(
      ask({ 'if-none-match': etag }),
      new Response('{}', { headers: json }),
    );
    expect(changed.status).toBe(200);
    const refused = await finishResponse(
      ask({ 'if-none-match': '*' }),
      new Response(long, { status: 400, headers: json }),
    );
    expect(refused.status).toBe(400);
    const posted = await finishResponse(ask({ 'if-none-match': '*' }, 'POST'), answer());
    expect([posted.status, posted.headers.get('etag')]).toEqual([200, null]);
  });

  it.each([{}, { 'accept-encoding': 'gzip' }])(
    'sends a large answer while it comes, asked with %j',
    async (headers) => {
      const answer = await finishResponse(ask(headers), new Response(stream(40), { headers: json }));
      expect(answer.headers.get('etag')).toBeNull();
      const bytes = Buffer.from(await answer.arrayBuffer());
      const body = answer.headers.get('content-encoding') === 'gzip' ? gunzipSync(bytes) : bytes;
      expect(body.length).toBe(40 * 65_536);
    },
  );

  it.each([{}, { 'accept-encoding': 'gzip' }])(
    'fails where the body fails half-way, asked with %j',
    async (headers) => {
      const broken = new Response(stream(40, new Error('database is gone')), { headers: json });
      const answer = await finishResponse(ask(headers), broken);
      await expect(answer.arrayBuffer()).rejects.toThrow(/./);
      const early = new Response(stream(1, new Error('database is gone')), { headers: json });
      await expect(finishResponse(ask(headers), early)).rejects.toThrow('database is gone');
    },
  );
});
