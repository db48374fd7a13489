import { describe, expect, it } from 'vitest';
import { createRouter, type Route, type ServedRequest } from './create-router.ts';

function router(...routes: Route[]) {
  const served: ServedRequest[] = [];
  const errors: unknown[] = [];
  const fetch = createRouter({
    routes,
    newId: () => 'new-id',
    now: () => 0,
    onServed: (request) => served.push(request),
    onError: (error) => errors.push(error),
  });
  return {
    served,
    errors,
    ask: (path: string, init?: RequestInit) => fetch(new Request(`http://mirror${path}`, init)),
  };
}

const echo: Route = {
  method: 'GET',
  path: '/things/:id',
  name: 'thing',
  handle: ({ params, url, requestId }) =>
    Response.json({ params, query: url.searchParams.get('q'), requestId }),
};
const post: Route = { ...echo, method: 'POST' };

describe('createRouter()', () => {
  it('finds the route and decodes its parameters', async () => {
    const { ask } = router(echo);
    const answer = await ask('/things/a%3Ab%2Fc?q=1');
    expect(await answer.json()).toEqual({ params: { id: 'a:b/c' }, query: '1', requestId: 'new-id' });
  });

  it('answers 404 for other paths and 405 with Allow for other methods, as Status', async () => {
    const { ask, served } = router(echo, post);
    const missing = await ask('/other');
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({ kind: 'Status', reason: 'NotFound', code: 404 });
    const refused = await ask('/things/a', { method: 'DELETE' });
    expect(refused.status).toBe(405);
    expect(refused.headers.get('allow')).toBe('GET, HEAD, POST, OPTIONS');
    expect(served.map(({ route, status }) => [route, status])).toEqual([
      ['none', 404],
      ['thing', 405],
    ]);
  });

  it('answers HEAD with the headers of GET', async () => {
    const answer = await router(echo).ask('/things/a', { method: 'HEAD' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('json');
    expect(await answer.text()).toBe('');
  });

  it('lets pages of any origin call, preflight included', async () => {
    const { ask } = router(echo);
    const preflight = await ask('/things/a', { method: 'OPTIONS', headers: { origin: 'https://portal' } });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Authorization');
    for (const answer of [preflight, await ask('/things/a'), await ask('/nothing')]) {
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    }
  });

  it('hides what a handler throws', async () => {
    const thrown = Object.assign(new Error('duplicate key in table resources'), { code: '23505' });
    const { ask, errors } = router({
      ...echo,
      handle: () => {
        throw thrown;
      },
    });
    const answer = await ask('/things/a');
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toMatch(/duplicate|23505|resources/);
    expect(errors).toEqual([thrown]);
  });

  it('gives the caller its own request id back, unless it is no harmless text', async () => {
    const { ask } = router(echo);
    const sent = await ask('/things/a', { headers: { 'x-krateo-traceid': 'trace-1' } });
    expect(sent.headers.get('x-krateo-traceid')).toBe('trace-1');
    for (const id of ['a b', '"', 'x'.repeat(129), '']) {
      const answer = await ask('/things/a', { headers: { 'x-krateo-traceid': id } });
      expect(answer.headers.get('x-krateo-traceid')).toBe('new-id');
    }
  });

  it('tells where the caller stands in its trace, unless that is no traceparent', async () => {
    const { ask, served } = router(echo);
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    for (const text of [traceparent, 'a text that goes into no log']) {
      await ask('/things/a', { headers: { traceparent: text } });
    }
    expect(served.map((request) => request.traceparent)).toEqual([traceparent, undefined]);
  });

  it('refuses a path that is no percent-encoding', async () => {
    expect((await router(echo).ask('/things/%E0%A4%A')).status).toBe(400);
  });
});
