import type { Authenticate, KnownCaller } from '../../lib/core/caller.ts';
import { openToken, type SealingKeys, sealToken } from '../../lib/core/sealed-token.ts';
import type { Route, RouteContext } from '../../lib/http/create-router.ts';
import { forCaller } from '../../lib/http/for-caller.ts';
import { readJsonBody } from '../../lib/http/read-json-body.ts';
import { readQueryParameters } from '../../lib/http/read-parameters.ts';
import type { AppConfigRow } from '../../lib/postgres/app-configs/app-config-row.ts';
import { appConfigJson, historyJson } from './app-config-json.ts';
import { entityTag, parseIfMatch } from './if-match.ts';
import type { Operations, Refused, RowOutcome } from './operations.ts';
import { createSchema, historySchema, type ListParameters, listSchema, updateSchema } from './parameters.ts';
import { readFields } from './read-fields.ts';
import { refusals, withDetail } from './refusal.ts';

/** A few fields; anything larger is no AppConfig. */
const maxBodyBytes = 64 * 1024;

export type RouteDependencies = {
  readonly authenticate: Authenticate;
  readonly operations: Operations;
  readonly cursorKeys: SealingKeys;
  readonly openApi: object;
  /** Gets why a token could not be verified. */
  readonly onUnavailable: (reason: string) => void;
  /** True for a failure of the database that another attempt may not meet; it is logged there. */
  readonly passes: (error: unknown) => boolean;
};

const cursorContext = 'appconfigs';

/** The REST API of the seed, with its bodies, and what it lacked. */
export function routes(deps: RouteDependencies): Route[] {
  const { operations } = deps;
  const known = (handle: (caller: KnownCaller, context: RouteContext) => Promise<Response>) => {
    return async (context: RouteContext): Promise<Response> => {
      const response = await forCaller(deps, context, (caller) => handle(caller, context)).catch(
        (error: unknown) => {
          if (deps.passes(error)) return refusals.databaseAway();
          throw error;
        },
      );
      return response.status >= 400 ? withDetail(response) : response;
    };
  };
  /** The same for one AppConfig; nothing but a uuid can be an id. */
  const knownWithId = (
    handle: (caller: KnownCaller, id: string, context: RouteContext) => Promise<Response>,
  ) =>
    known(async (caller, context) => {
      const id = context.params['id']?.toLowerCase() ?? '';
      return isUuid(id) ? handle(caller, id, context) : refusals.notFound();
    });
  const collection = { path: '/appconfigs', name: 'appconfigs' };
  const item = { path: '/appconfigs/:id', name: 'appconfig' };

  const change = (verb: 'update' | 'patch') =>
    knownWithId(async ({ user }, id, { request }) => {
      const ifMatch = parseIfMatch(request.headers.get('if-match'));
      if (ifMatch.kind === 'invalid') return refusals.badIfMatch();
      const body = await readJsonBody(request, maxBodyBytes);
      if (body.kind === 'refused') return body.response;
      const fields = readFields(updateSchema, body.value);
      if (fields.kind === 'refused') return fields.response;
      return rowResponse(await operations.update(user, { id, verb, fields: defined(fields.value), ifMatch }));
    });

  return [
    {
      ...collection,
      method: 'GET',
      handle: known(async ({ user }, context) => {
        const parameters = readQueryParameters(listSchema, context.url.searchParams);
        if (parameters.kind === 'refused') return parameters.response;
        const after = cursorOf(parameters.value, deps.cursorKeys);
        if (after === 'invalid') return refusals.badCursor();
        const { limit, skip, name, environment, deleting } = parameters.value;
        const outcome = await operations.list(
          user,
          { name, environment, withDeleting: deleting },
          // One more than asked for shows whether there is a next page.
          { after, skip, limit: limit + 1 },
        );
        if (outcome.kind !== 'rows') return refusalResponse(outcome);
        return listResponse(outcome.rows, limit, context.url, deps.cursorKeys);
      }),
    },
    {
      ...collection,
      method: 'POST',
      handle: known(async ({ user }, { request }) => {
        const body = await readJsonBody(request, maxBodyBytes);
        if (body.kind === 'refused') return body.response;
        const fields = readFields(createSchema, body.value);
        if (fields.kind === 'refused') return fields.response;
        const outcome = await operations.create(user, fields.value);
        return rowResponse(
          outcome,
          outcome.kind === 'row' ? { location: `/appconfigs/${outcome.row.id}` } : {},
        );
      }),
    },
    {
      ...item,
      method: 'GET',
      handle: knownWithId(async ({ user }, id) => rowResponse(await operations.get(user, id))),
    },
    { ...item, method: 'PUT', handle: change('update') },
    { ...item, method: 'PATCH', handle: change('patch') },
    {
      ...item,
      method: 'DELETE',
      handle: knownWithId(async ({ user }, id, { request }) => {
        const ifMatch = parseIfMatch(request.headers.get('if-match'));
        if (ifMatch.kind === 'invalid') return refusals.badIfMatch();
        const outcome = await operations.remove(user, { id, ifMatch });
        return outcome.kind === 'row' ? json({ ok: true }) : refusalResponse(outcome);
      }),
    },
    {
      path: '/appconfigs/:id/render',
      name: 'appconfig-render',
      method: 'POST',
      handle: knownWithId(async ({ user }, id) =>
        rowResponse(
          await operations.update(user, {
            id,
            verb: 'update',
            fields: {},
            ifMatch: { kind: 'any' },
            render: true,
          }),
        ),
      ),
    },
    {
      path: '/appconfigs/:id/history',
      name: 'appconfig-history',
      method: 'GET',
      handle: knownWithId(async ({ user }, id, { url }) => {
        const parameters = readQueryParameters(historySchema, url.searchParams);
        if (parameters.kind === 'refused') return parameters.response;
        const outcome = await operations.history(user, id, parameters.value);
        return outcome.kind === 'history' ? json(outcome.rows.map(historyJson)) : refusalResponse(outcome);
      }),
    },
    { path: '/openapi.json', name: 'openapi', method: 'GET', handle: () => json(deps.openApi) },
  ];
}

function rowResponse(outcome: RowOutcome, headers: Record<string, string> = {}): Response {
  if (outcome.kind !== 'row') return refusalResponse(outcome);
  return json(appConfigJson(outcome.row), { ...headers, etag: entityTag(outcome.row.generation) });
}

function refusalResponse(refused: Refused): Response {
  switch (refused.kind) {
    case 'not-found':
      return refusals.notFound();
    case 'forbidden':
      return refusals.forbidden(refused.verb);
    case 'rights-unknown':
      return refusals.rightsUnknown();
    case 'duplicate':
      return refusals.duplicate(refused.name);
    case 'changed':
      return refusals.changed();
  }
}

function listResponse(found: readonly AppConfigRow[], limit: number, url: URL, keys: SealingKeys): Response {
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  const body = rows.map(appConfigJson);
  if (found.length <= limit || last === undefined) return json(body);
  const next = new URLSearchParams(url.searchParams);
  next.delete('skip');
  next.set('cursor', sealToken(keys, cursorContext, JSON.stringify([last.created_at_text, last.id])));
  return json(body, { link: `<${url.pathname}?${next.toString()}>; rel="next"` });
}

function cursorOf(
  { cursor }: ListParameters,
  keys: SealingKeys,
): { createdAt: string; id: string } | undefined | 'invalid' {
  if (cursor === undefined) return undefined;
  const text = openToken(keys, cursorContext, cursor);
  if (text === undefined) return 'invalid';
  const [createdAt, id] = JSON.parse(text) as [string, string];
  return { createdAt, id };
}

function json(body: object, headers: Record<string, string> = {}): Response {
  // What became of a row changes without its ETag: nothing in between may keep an answer.
  return Response.json(body, { headers: { ...headers, 'cache-control': 'no-store' } });
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

/** `undefined` stands for absent in the schema's output, but not in exact optional properties. */
function defined<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]: NonNullable<Fields[Name]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]: NonNullable<Fields[Name]>;
  };
}
