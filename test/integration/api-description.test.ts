import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DescribedParameter, DescribedSchema, Operation } from '../support/described-operation.ts';
import {
  composition,
  type DescribedPresenter,
  pathValuesOf,
  startDescribedPresenters,
} from '../support/described-presenters.ts';
import { eventually } from '../support/eventually.ts';
import { insertEvents } from '../support/insert-events.ts';
import { insertHistory } from '../support/insert-history.ts';
import { openStream } from '../support/open-stream.ts';

let presenters: DescribedPresenter[] = [];
beforeAll(async () => {
  presenters = await startDescribedPresenters();
});
afterAll(() => Promise.all(presenters.map(({ world }) => world.stop())));

type Asked = {
  readonly status: number;
  readonly body: unknown;
  readonly text: string;
  /** What the description does not allow; streams have frames, which are tested by themselves. */
  readonly problem: string | undefined;
};

/** Good values that a schema does not tell. */
const known: Readonly<Record<string, string>> = {
  group: 'apps',
  labels: '{"app":"cart"}',
  label_selector: 'app in (cart,shop),!canary',
  labelSelector: 'app in (cart,shop)',
  fieldSelector: 'metadata.name=cart',
  composition_id: composition,
  compare_with: '10',
  fields: 'name',
  at: '2026-11-20T10:15:00Z',
  Accept: 'application/json',
};

function sample({ name, schema }: DescribedParameter): string {
  if (name === 'fields' && schema.items?.enum !== undefined) return schema.items.enum[0] ?? '';
  return known[name] ?? schema.enum?.[0] ?? sampleOf(schema);
}

function sampleOf(schema: DescribedSchema): string {
  if (schema.type === 'integer') return String(schema.maximum ?? 1);
  if (schema.type === 'boolean') return 'true';
  if (schema.format === 'date-time') return '2026-11-20T10:00:00Z';
  return 'web-1';
}

/** Values that the description rules out. */
function wrongValues({ schema }: DescribedParameter): string[] {
  const { minimum, maximum, maxLength, maxItems, type, format } = schema;
  return [
    ...(schema.enum === undefined ? [] : ['neither']),
    ...(minimum === undefined ? [] : [String(minimum - 1)]),
    ...(maximum === undefined ? [] : [String(maximum + 1), `${maximum}.5`, 'many']),
    ...(type === 'boolean' ? ['perhaps'] : []),
    ...(format === undefined ? [] : ['2026-02-31T10:00:00Z', 'x']),
    ...(maxLength === undefined ? [] : ['x'.repeat(maxLength + 1)]),
    ...(schema.items?.maxLength === undefined ? [] : ['x'.repeat(schema.items.maxLength + 1)]),
    ...(maxItems === undefined
      ? []
      : [Array.from({ length: maxItems + 1 }, (_, index) => `x${index}`).join(',')]),
  ];
}

function pathOf(operation: Operation): string {
  const values = pathValuesOf(operation);
  return operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
}

function required(operation: Operation): Record<string, string> {
  return Object.fromEntries(
    operation.parameters
      .filter((parameter) => parameter.in === 'query' && parameter.required === true)
      .map((parameter) => [parameter.name, sample(parameter)]),
  );
}

async function ask(
  { world, token }: DescribedPresenter,
  operation: Operation,
  given: {
    readonly query?: Record<string, string>;
    readonly headers?: Record<string, string>;
    readonly body?: unknown;
  } = {},
): Promise<Asked> {
  const leaving = new AbortController();
  const query = new URLSearchParams({ ...required(operation), ...given.query });
  const sent =
    operation.body === undefined ? undefined : JSON.stringify(given.body ?? goodBody(operation.body));
  const answer = await world.get(
    `${pathOf(operation)}?${query.toString()}`,
    operation.needsToken ? token : undefined,
    {
      method: operation.method,
      headers: { ...given.headers },
      ...(sent === undefined ? {} : { body: sent }),
      signal: leaving.signal,
    },
  );
  if (answer.ok && (operation.isStream || query.get('watch') === 'true')) {
    leaving.abort();
    return { status: answer.status, body: undefined, text: '', problem: undefined };
  }
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true;
  const body: unknown = isJson ? JSON.parse(text) : undefined;
  return { status: answer.status, body, text, problem: operation.problemWith(answer.status, body) };
}

function inBody(name: string, schema: DescribedSchema = {}): unknown {
  if (name === 'labels') return { app: 'cart' };
  if (name === 'fields') return [schema.items?.enum?.[0] ?? 'name'];
  return schema.default ?? known[name];
}

function goodBody(schema: DescribedSchema): object {
  return Object.fromEntries((schema.required ?? []).map((name) => [name, known[name]]));
}

/** Every operation of both presenters, named. */
function eachOperation(check: (presenter: DescribedPresenter, operation: Operation) => Promise<void>) {
  return async () => {
    for (const presenter of presenters) {
      for (const operation of presenter.operations) await check(presenter, operation);
    }
  };
}

const about = (operation: Operation, rest = ''): string => `${operation.method} ${operation.path} ${rest}`;

describe('the description at /openapi.json', () => {
  it(
    'tells of operations that answer as it says',
    eachOperation(async (presenter, operation) => {
      const { status, text, problem } = await ask(presenter, operation);
      expect([status, problem], about(operation, text)).toEqual([200, undefined]);
    }),
  );

  it(
    'tells who needs a token',
    eachOperation(async ({ world }, operation) => {
      const answer = await world.get(pathOf(operation), undefined, { method: operation.method });
      const problem = operation.problemWith(answer.status, await answer.json());
      expect([answer.status, problem], about(operation)).toEqual([
        operation.needsToken ? 401 : 200,
        undefined,
      ]);
    }),
  );

  it(
    'tells of parameters that are taken, and answers keep to it with each',
    eachOperation(async (presenter, operation) => {
      for (const parameter of operation.parameters) {
        // Cursors and names of watches have tests of their own.
        if (['cursor', 'continue', 'If-None-Match'].includes(parameter.name) || parameter.in === 'path')
          continue;
        if (
          operation.isKube &&
          ['resourceVersion', 'resourceVersionMatch', 'sendInitialEvents'].includes(parameter.name)
        )
          continue;
        const value = { [parameter.name]: sample(parameter) };
        const given = parameter.in === 'header' ? { headers: value } : { query: value };
        const { status, text, problem } = await ask(presenter, operation, given);
        const what = about(operation, `${parameter.name} ${sample(parameter)}: ${text}`);
        expect([status, problem], what).toEqual([200, undefined]);
      }
    }),
  );

  it(
    'tells bounds that hold: anything else is 400 and names the parameter',
    eachOperation(async (presenter, operation) => {
      if (operation.isKube) return;
      for (const parameter of operation.parameters.filter((one) => one.in === 'query')) {
        for (const value of wrongValues(parameter)) {
          const { status, body, text } = await ask(presenter, operation, {
            query: { [parameter.name]: value },
          });
          const what = about(operation, `${parameter.name}=${value.slice(0, 40)}: ${text}`);
          expect(status, what).toBe(400);
          expect(operation.problemWith(status, body), what).toBeUndefined();
          expect(text, what).toContain(`"field":"${parameter.name}"`);
        }
      }
    }),
  );

  it(
    'tells defaults: a parameter with its default changes nothing',
    eachOperation(async (presenter, operation) => {
      if (operation.isStream) return;
      const plain = await ask(presenter, operation);
      for (const { name, schema } of operation.parameters) {
        if (schema.default === undefined) continue;
        const given = await ask(presenter, operation, {
          query: { [name]: String(schema.default as string | number | boolean) },
        });
        expect(given, about(operation, name)).toEqual(plain);
      }
    }),
  );

  it(
    'tells everything: other query parameters change nothing, other members of bodies are refused',
    eachOperation(async (presenter, operation) => {
      if (operation.isStream) return;
      const plain = await ask(presenter, operation);
      expect(await ask(presenter, operation, { query: { nonsense: "1' or 1=1" } })).toEqual(plain);
      if (operation.body === undefined) return;
      for (const name of Object.keys(operation.body.properties ?? {})) {
        const value = inBody(name, operation.body.properties?.[name]);
        if (value === undefined) continue;
        const body = { ...goodBody(operation.body), [name]: value };
        const { status, body: answer, text } = await ask(presenter, operation, { body });
        expect(status, about(operation, `${name}: ${text}`)).toBe(200);
        expect(operation.problemWith(status, answer), about(operation, name)).toBeUndefined();
      }
      const body = { ...goodBody(operation.body), nonsense: 1 };
      const refused = await ask(presenter, operation, { body });
      expect(refused, about(operation)).toMatchObject({ status: 400 });
      expect(refused.text).toContain('nonsense');
    }),
  );

  it(
    'tells every method and path: other methods are 405, other paths 404',
    eachOperation(async (presenter, operation) => {
      const { world, token, operations } = presenter;
      const methods = operations.filter(({ path }) => path === operation.path).map(({ method }) => method);
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'].filter((one) => !methods.includes(one))) {
        const answer = await world.get(pathOf(operation), token, { method });
        expect(answer.status, about(operation, method)).toBe(405);
        expect(((await answer.json()) as { message: string }).message).not.toBe('');
      }
      for (const path of [`${pathOf(operation)}/and/more/of/it`, `/x${pathOf(operation)}`]) {
        const answer = await world.get(path, token);
        expect(answer.status, path).toBe(404);
        await answer.body?.cancel();
      }
    }),
  );

  it('tells of cursors: each page but the last leads to the next', async () => {
    let paged = 0;
    for (const presenter of presenters) {
      for (const operation of presenter.operations) {
        if (!operation.parameters.some(({ name }) => name === 'cursor')) continue;
        const query = { limit: '1', ...(operation.path === '/resources' ? { namespace: '*' } : {}) };
        const first = await ask(presenter, operation, { query });
        const { cursor } = first.body as { cursor?: string };
        if (cursor === undefined) continue;
        paged += 1;
        const second = await ask(presenter, operation, { query: { ...query, cursor } });
        expect(second.status, about(operation)).toBe(200);
        expect(operation.problemWith(200, second.body), about(operation)).toBeUndefined();
        expect(second.text).not.toBe(first.text);
        const tampered = `${cursor.slice(0, -2)}AA`;
        const refused = await ask(presenter, operation, { query: { ...query, cursor: tampered } });
        expect([refused.status, operation.problemWith(400, refused.body)]).toEqual([400, undefined]);
      }
    }
    expect(paged).toBeGreaterThanOrEqual(3);
  });

  it('tells what frames hold', async () => {
    for (const presenter of presenters) {
      for (const operation of presenter.operations.filter(({ isStream }) => isStream)) {
        const { pool } = presenter.world.database;
        const query = new URLSearchParams(required(operation));
        if (operation.path === '/resources/stream') query.set('namespace', '*');
        const url = `${presenter.world.url}${operation.path}?${query.toString()}`;
        const stream = await openStream(url, { token: presenter.token });
        await insertEvents(pool, [{ name: 'streamed', resource_version: Math.ceil(performance.now()) }]);
        await insertHistory(pool, [{ name: 'cart', resource_version: Math.ceil(performance.now()) + 100 }]);
        await eventually(() => expect(stream.frames).toHaveLength(1));
        const frame: unknown = JSON.parse(stream.frames[0]?.data ?? '');
        expect(operation.problemWith(200, frame), about(operation)).toBeUndefined();
        await stream.leave();
      }
    }
  });

  it('tells the truth of an answer that the client has already', async () => {
    for (const { world, token, operations } of presenters) {
      for (const operation of operations) {
        if (!operation.parameters.some(({ name }) => name === 'If-None-Match')) continue;
        const path = `${pathOf(operation)}?${new URLSearchParams(required(operation)).toString()}`;
        const first = await world.get(path, token);
        await first.arrayBuffer();
        const headers = { 'if-none-match': first.headers.get('etag') ?? '' };
        const second = await world.get(path, token, { headers });
        expect([second.status, await second.text()], about(operation)).toEqual([304, '']);
      }
    }
  });
});
