import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DescribedParameter, Operation } from '../support/described-operation.ts';
import {
  type DescribedPresenter,
  pathValuesOf,
  startDescribedPresenters,
} from '../support/described-presenters.ts';
import { hostileBody, hostileEncodedValue, hostileHeader, hostileMember } from '../support/hostile-values.ts';
import { createRawSender, type RawAnswer } from '../support/send-raw.ts';

/** `FUZZ_RUNS` multiplies what is sent; `FUZZ_SEED` sends something else. */
const times = Number(process.env['FUZZ_RUNS'] ?? 1);
const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_121);
/** Where nobody asked for more, a slow machine sends less. */
const limits = times > 1 ? {} : { interruptAfterTimeLimit: 5_000, markInterruptAsFailure: false };

let presenters: (DescribedPresenter & ReturnType<typeof createRawSender>)[] = [];
beforeAll(async () => {
  const started = await startDescribedPresenters();
  presenters = started.map((presenter) => ({ ...presenter, ...createRawSender(presenter.world.url) }));
  process.stdout.write(`fuzzing with FUZZ_SEED=${seed} FUZZ_RUNS=${times}\n`);
});
afterAll(async () => {
  for (const { close } of presenters) close();
  await Promise.all(presenters.map(({ world }) => world.stop()));
});

type Given = { readonly parameter: DescribedParameter; readonly value: string };

/** An answer that tells of our inside: texts of PostgreSQL, stacks, files. */
const leaks =
  /invalid input syntax|SQLSTATE|relation "|syntax error at|out of range for type|invalid byte sequence|unterminated|does not exist$|permission denied|cannot cast|violates|node_modules|\n\s+at |\.ts:\d|file:\/\/|\/work\/|ECONN|TypeError|RangeError|undefined is not|Cannot read prop/i;

/** The path with the query of good values where values must be, and the given ones instead. */
function requestOf(operation: Operation, given: readonly Given[]) {
  const values = pathValuesOf(operation);
  const inPath = new Map(
    given
      .filter(({ parameter }) => parameter.in === 'path')
      .map(({ parameter, value }) => [parameter.name, value]),
  );
  const path = operation.path.replaceAll(
    /\{(\w+)\}/g,
    (_, name: string) => inPath.get(name) ?? encodeURIComponent(values[name] ?? ''),
  );
  const inQuery = given.filter(({ parameter }) => parameter.in === 'query');
  const missing = operation.parameters.filter(
    (one) =>
      one.in === 'query' &&
      one.required === true &&
      !inQuery.some(({ parameter }) => parameter.name === one.name),
  );
  const query = [
    ...missing.map(({ name }) => `${name}=apps`),
    ...inQuery.map(({ parameter, value }) => `${parameter.name}=${value}`),
  ].join('&');
  const headers = Object.fromEntries(
    given
      .filter(({ parameter }) => parameter.in === 'header')
      .map(({ parameter, value }) => [parameter.name, value]),
  );
  return { path: query === '' ? path : `${path}?${query}`, headers };
}

/** What is wrong with an answer to bad input, if anything. */
function problemOf(operation: Operation, answer: RawAnswer, given: readonly Given[]): string | undefined {
  const { status, text } = answer;
  // The API server's own answer to a version that is not there yet.
  if (operation.isKube && status === 504 && text.includes('ResourceVersionTooLarge')) return undefined;
  if (status < 200 || status >= 500) return `status ${status}`;
  if (status < 400) return undefined;
  if (leaks.test(text)) return 'tells of our inside';
  if (text.length > 20_000) return `is ${text.length} long`;
  const body = JSON.parse(text) as { message?: string; code?: number };
  if (body.code !== status || body.message === undefined || body.message === '') return 'has no message';
  // A path can lead anywhere, and other places have answers of their own.
  if (given.some(({ parameter }) => parameter.in === 'path')) return undefined;
  const undescribed = operation.problemWith(status, body);
  if (undescribed !== undefined) return undescribed;
  const [only, ...others] = given.filter(({ parameter }) => parameter.in === 'query');
  const isNamed =
    status !== 400 ||
    only === undefined ||
    others.length > 0 ||
    operation.isKube ||
    body.message.includes(only.parameter.name);
  return isNamed ? undefined : 'does not name the parameter';
}

async function check(
  presenter: (typeof presenters)[number],
  operation: Operation,
  given: readonly Given[],
  sent: { readonly body?: string | Buffer; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  const { path, headers } = requestOf(operation, given);
  const answer = await presenter.send({
    method: operation.method,
    path,
    headers: { authorization: `Bearer ${presenter.token}`, ...headers, ...sent.headers },
    body: sent.body ?? (operation.body === undefined ? undefined : '{"group":"apps"}'),
  });
  const problem = problemOf(operation, answer, given);
  if (problem === undefined) return;
  const body = sent.body?.toString().slice(0, 200) ?? '';
  throw new Error(
    `${operation.method} ${path.slice(0, 300)} ${JSON.stringify(headers).slice(0, 200)} ${body}: ${problem}: ${answer.status} ${answer.text.slice(0, 500)}`,
  );
}

type Name = { readonly of: string; readonly method: string; readonly path: string };

/** What fast-check draws and prints in place of a whole presenter. */
function nameOf({ name }: DescribedPresenter, { method, path }: Operation): Name {
  return { of: name, method, path };
}

function find({ of, method, path }: Name) {
  const presenter = presenters.find(({ name }) => name === of);
  const operation = presenter?.operations.find((one) => one.method === method && one.path === path);
  if (presenter === undefined || operation === undefined) throw new Error(`Cannot find ${method} ${path}`);
  return { presenter, operation };
}

/** Runs one thing after the other in a few lanes. */
async function inLanes<Item>(items: readonly Item[], run: (item: Item) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const lane = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await run(item);
  };
  await Promise.all(Array.from({ length: 8 }, lane));
}

const commonHeaders: readonly DescribedParameter[] = [
  'Accept-Encoding',
  'Accept',
  'X-Request-Id',
  'Traceparent',
].map((name) => ({ name, in: 'header', schema: {} }));

function parametersOf(operation: Operation): readonly DescribedParameter[] {
  return [...operation.parameters, ...commonHeaders];
}

function hostile(parameter: DescribedParameter): fc.Arbitrary<string> {
  return parameter.in === 'header' ? hostileHeader : hostileEncodedValue;
}

describe('bad input is answered by 4xx with a message, or does no harm:', () => {
  it('each parameter of each operation on its own', { timeout: 60_000 * times }, async () => {
    const targets = presenters.flatMap((presenter) =>
      presenter.operations.flatMap((operation) =>
        parametersOf(operation).map((parameter) => ({ presenter, operation, parameter })),
      ),
    );
    expect(targets.length).toBeGreaterThan(200);
    const values = fc.tuple(...targets.map(({ parameter }) => hostile(parameter)));
    await fc.assert(
      fc.asyncProperty(values, (drawn) =>
        inLanes(
          targets.map((target, index) => ({ ...target, value: drawn[index] ?? '' })),
          ({ presenter, operation, parameter, value }) => check(presenter, operation, [{ parameter, value }]),
        ),
      ),
      // Shrinking would send thousands of requests to say what the failure's message says already.
      { seed, numRuns: 3 * times, endOnFailure: true },
    );
  });

  it('several parameters together, some given twice', { timeout: 60_000 * times }, async () => {
    const questions = presenters.flatMap((presenter) =>
      presenter.operations.map((operation) =>
        fc
          .array(
            fc
              .constantFrom(...parametersOf(operation))
              .chain((parameter) => hostile(parameter).map((value): Given => ({ parameter, value }))),
            { minLength: 2, maxLength: 6 },
          )
          .map((given) => ({ ...nameOf(presenter, operation), given })),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(...questions), async ({ given, ...name }) => {
        const { presenter, operation } = find(name);
        await expect(check(presenter, operation, given)).resolves.toBeUndefined();
      }),
      { seed, numRuns: 300 * times, ...limits },
    );
  });

  it('bodies', { timeout: 60_000 * times }, async () => {
    const questions = presenters.flatMap((presenter) =>
      presenter.operations
        .filter(({ body }) => body !== undefined)
        .map((operation) => {
          const names = Object.keys(operation.body?.properties ?? {});
          const members = fc
            .array(fc.tuple(fc.constantFrom(...names, '__proto__', 'x\0'), hostileMember), {
              minLength: 1,
              maxLength: 3,
            })
            .map((given) => `{${given.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`);
          return fc.record({
            name: fc.constant(nameOf(presenter, operation)),
            body: fc.oneof({ weight: 3, arbitrary: members }, hostileBody),
            form: fc.constantFrom('plain', 'plain', 'gzip', 'cut gzip', 'utf16', 'form'),
          });
        }),
    );
    expect(questions.length).toBeGreaterThan(1);
    await fc.assert(
      fc.asyncProperty(fc.oneof(...questions), ({ name, body, form }) => {
        const { presenter, operation } = find(name);
        return check(presenter, operation, [], encoded(body, form));
      }),
      { seed, numRuns: 200 * times, endOnFailure: true, ...limits },
    );
  });

  it('reviews of rights', { timeout: 60_000 * times }, async () => {
    const [presenter] = presenters.filter(({ name }) => name === 'resources-presenter');
    if (presenter === undefined) throw new Error('Cannot find the resources-presenter');
    const review = fc.record({
      kind: fc.constantFrom('selfsubjectaccessreviews', 'selfsubjectrulesreviews', 'subjectaccessreviews'),
      type: fc.constantFrom('application/json', 'application/vnd.kubernetes.protobuf', 'text/plain'),
      body: fc.oneof(
        hostileBody.map((text) => Buffer.from(text)),
        hostileMember.map((text) =>
          Buffer.from(`{"spec":{"resourceAttributes":${text},"namespace":${text}}}`),
        ),
        hostileMember.map((text) =>
          Buffer.from(`{"spec":{"resourceAttributes":{"verb":${text},"name":${text}}}}`),
        ),
        fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.concat([Buffer.from('k8s\0'), bytes])),
      ),
    });
    await fc.assert(
      fc.asyncProperty(review, async ({ kind, type, body }) => {
        const answer = await presenter.send({
          method: 'POST',
          path: `/apis/authorization.k8s.io/v1/${kind}`,
          headers: { authorization: `Bearer ${presenter.token}`, 'content-type': type },
          body,
        });
        expect(answer.status, answer.text.slice(0, 300)).toBeLessThan(500);
        expect(answer.text).not.toMatch(leaks);
      }),
      { seed, numRuns: 200 * times, endOnFailure: true, ...limits },
    );
  });

  it('without a warning or an error in the log', () => {
    expect(presenters.flatMap(({ world }) => world.troubles)).toEqual([]);
  });
});

function encoded(body: string, form: string): { body: string | Buffer; headers: Record<string, string> } {
  const type = { 'content-type': 'application/json' };
  switch (form) {
    case 'gzip':
      return { body: gzipSync(body), headers: { ...type, 'content-encoding': 'gzip' } };
    case 'cut gzip':
      return { body: gzipSync(body).subarray(0, -5), headers: { ...type, 'content-encoding': 'gzip' } };
    case 'utf16':
      return {
        body: Buffer.from(body, 'utf16le'),
        headers: { 'content-type': 'application/json; charset=utf-16' },
      };
    case 'form':
      return { body, headers: { 'content-type': 'multipart/form-data; boundary=' } };
    default:
      return { body, headers: type };
  }
}
