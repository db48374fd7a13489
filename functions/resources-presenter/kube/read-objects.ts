import { z } from 'zod';
import type { ClusterAccess } from '../../../lib/access/cluster-access.ts';
import type { AccessAttributes } from '../../../lib/core/access-attributes.ts';
import type { KnownCaller } from '../../../lib/core/caller.ts';
import { decodeCursor, encodeCursor } from '../../../lib/core/cursor.ts';
import { parseFieldSelector } from '../../../lib/core/field-selector.ts';
import type { KubeObjects, KubeView } from '../../../lib/core/kube-api/kube-request.ts';
import { type KubeAnswerForm, negotiateAnswer } from '../../../lib/core/kube-api/negotiate-answer.ts';
import { selectableValues } from '../../../lib/core/kube-api/object-fields.ts';
import { apiVersionOf } from '../../../lib/core/resource-kind.ts';
import type { SealingKeys } from '../../../lib/core/sealed-token.ts';
import { rightsUnknownResponse } from '../../../lib/http/rights-unknown-response.ts';
import { statusResponse } from '../../../lib/http/status-response.ts';
import type { StreamVersions } from '../../../lib/postgres/stream-versions.ts';
import type { KubeCatalog, ServedResource } from './kube-catalog.ts';
import { isEvents, type KubeQuery, parseKubeQuery } from './kube-query.ts';
import { expired, forbidden, noSuchResource, notFound, refusedOptions } from './kube-status.ts';
import { listVersion } from './list-version.ts';
import type { ObjectSource, StoredObject } from './object-source.ts';
import { parseObject, presentList, presentObject } from './present-objects.ts';

export type ReadDependencies = {
  readonly catalog: KubeCatalog;
  readonly source: ObjectSource;
  readonly versionsOf: (stream: 'resources' | 'events', cluster: string) => StreamVersions;
  readonly continueKeys: SealingKeys;
  readonly sleep: (ms: number) => Promise<unknown>;
  readonly now: () => Date;
};

export type ReadRequest = {
  readonly caller: KnownCaller;
  readonly cluster: ClusterAccess;
  readonly target: KubeObjects;
  readonly view: KubeView;
  readonly query: URLSearchParams;
  readonly accept: string | null;
};

/** Lists without a limit are read in pages, too; this many objects at most make one answer. */
const maxItems = 20_000;
const pageSize = 500;
/** How many objects may be looked at for one page, where a field selector has to look at each. */
const maxScanned = 50_000;

/** Answers a get or a list of the Kubernetes API. */
export async function readObjects(request: ReadRequest, deps: ReadDependencies): Promise<Response> {
  const opened = await openObjects(request, request.target.name === undefined ? 'list' : 'get', deps);
  if (opened instanceof Response) return opened;
  const { resource, query } = opened;
  const form = negotiateAnswer(request.accept, request.target.name === undefined ? 'list' : 'one');
  if (form === undefined) {
    return statusResponse(
      406,
      'only the following media types are accepted: application/json, application/yaml',
    );
  }
  return request.target.name === undefined
    ? answerList(request, resource, query, form, deps)
    : answerGet(request, resource, query, form, deps);
}

export type OpenedObjects = { readonly resource: ServedResource; readonly query: KubeQuery };

/** Checks who may ask, then what is asked for; as an API server, in this order. */
export async function openObjects(
  { caller, cluster, target, view, query }: ReadRequest,
  verb: 'get' | 'list' | 'watch',
  deps: Pick<ReadDependencies, 'catalog'>,
): Promise<OpenedObjects | Response> {
  const resource = await deps.catalog.find(cluster.cluster, target);
  const right = rightOf(verb, target, query);
  const decision = await cluster.access.decide(caller.user, right);
  if (decision === 'unknown') return rightsUnknownResponse();
  if (decision === 'denied')
    return forbidden(caller.user.username, verb, { ...target, namespace: right.namespace });
  if (resource === undefined || target.subresource !== undefined) return noSuchResource();
  if (!resource.namespaced && target.namespace !== '') return noSuchResource();
  if (resource.namespaced && target.namespace === '' && target.name !== undefined) return noSuchResource();
  const parsed = parseKubeQuery(cluster.cluster, target, view, resource, query);
  return 'kind' in parsed ? refusedOptions(parsed) : { resource, query: parsed };
}

/** A list of one name by field selector is a question about that name, as in the API server. */
export function rightOf(
  verb: 'get' | 'list' | 'watch',
  target: KubeObjects,
  query: URLSearchParams,
): AccessAttributes {
  const { group, resource } = target;
  const name = target.name ?? selectedName(query.get('fieldSelector') ?? '');
  const isNamespace = group === '' && resource === 'namespaces' && verb === 'get';
  return {
    verb,
    group,
    resource,
    ...(target.subresource === undefined ? {} : { subresource: target.subresource }),
    namespace: isNamespace ? name : target.namespace,
    name,
  };
}

/** The one name that a field selector leaves, whatever else it says; `''` where there is none or more. */
function selectedName(fieldSelector: string): string {
  const parsed = parseFieldSelector(fieldSelector, (field) => ({ field }));
  if (parsed.kind === 'invalid') return '';
  const names = parsed.requirements
    .filter(({ field, operator }) => field === 'metadata.name' && operator === 'equals')
    .map(({ value }) => value);
  const [only = '', ...others] = new Set(names);
  return others.length === 0 ? only : '';
}

async function answerGet(
  { target }: ReadRequest,
  resource: ServedResource,
  query: KubeQuery,
  form: KubeAnswerForm,
  deps: ReadDependencies,
): Promise<Response> {
  const filter = { ...query.filter, namespace: target.namespace };
  const [found] = await deps.source(resource, filter, { after: undefined, limit: 1 });
  if (found === undefined) return notFound(target);
  return presentObject(resource, shown(resource, found.raw), {
    form,
    includeObject: query.includeObject,
    now: deps.now(),
  });
}

/** Version of the list (`''` to take the present one), when the list began in ms, and the key to continue after. */
const tokenSchema = z.tuple([z.string(), z.string().regex(/^\d+$/)], z.string().nullable());

/** Later a watch from the list's version might not reach back far enough; an API server forgets after this, too. */
const continueTtlMs = 300_000;

async function answerList(
  { caller, cluster, target }: ReadRequest,
  resource: ServedResource,
  query: KubeQuery,
  form: KubeAnswerForm,
  deps: ReadDependencies,
): Promise<Response> {
  const { filter, fieldSelector, labelSelector } = query;
  const { limit, continueToken } = query.options;
  const binding = {
    username: caller.user.username,
    query: {
      target: { group: target.group, resource: target.resource, version: target.version },
      filter,
      fields: fieldSelector.requirements,
      labels: labelSelector.requirements,
    },
  };
  const tokenOf = (first: string, startedMs: string, key: Key): string =>
    encodeCursor(deps.continueKeys, binding, [first, startedMs, ...key]);
  let after: Key | undefined;
  let first = '';
  let startedMs = String(deps.now().getTime());
  if (continueToken !== undefined) {
    const opened = decodeCursor(deps.continueKeys, binding, continueToken, tokenSchema);
    if (opened === undefined) return expired('The provided continue parameter is of another list');
    const [openedVersion, openedMs, ...key] = opened;
    if (Number(startedMs) - Number(openedMs) > continueTtlMs) {
      return expired(continueExpired, tokenOf('', startedMs, key));
    }
    [first, startedMs, after] = [openedVersion, openedMs, key];
  }
  // Read before the objects: a watch from here may repeat what the list has, but misses nothing.
  const versions = deps.versionsOf(isEvents(resource) ? 'events' : 'resources', cluster.cluster);
  const version = first === '' ? await listVersion(query.options, versions, deps.sleep) : first;
  if (version instanceof Response) return version;

  const scan: Scan = { resource, query, deps };
  const presentation = { form, includeObject: query.includeObject, now: deps.now() };
  if (limit === undefined && form.encoding === 'json' && form.as === 'object') {
    return streamList(resource, version, await batchesOf(scan, after));
  }
  const page = await takeObjects(scan, after, Math.min(limit ?? maxItems, maxItems));
  if (page.resume !== undefined && limit === undefined) {
    return statusResponse(413, `the list has more than ${maxItems} items, expected a limit`);
  }
  const token = page.resume === undefined ? undefined : tokenOf(version, startedMs, page.resume);
  return presentList(
    resource,
    page.objects,
    { resourceVersion: version, ...(token === undefined ? {} : { continue: token }) },
    presentation,
  );
}

const continueExpired =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
  'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
  'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
  'deleted between the time the first chunk was returned and now may show up in the list.';

export type Scan = {
  readonly resource: ServedResource;
  readonly query: KubeQuery;
  readonly deps: Pick<ReadDependencies, 'source'>;
};
type Key = readonly (string | null)[];

/** Up to `wanted` objects that all selectors take, and where to go on if there may be more. */
async function takeObjects(
  { resource, query, deps }: Scan,
  start: Key | undefined,
  wanted: number,
): Promise<{ objects: string[]; resume: Key | undefined }> {
  const objects: string[] = [];
  let after = start;
  for (let scanned = 0; scanned < maxScanned; ) {
    const limit = query.fieldsAreExact ? Math.min(pageSize, wanted - objects.length + 1) : pageSize;
    const page = await deps.source(resource, query.filter, { after, limit });
    for (const object of page) {
      if (matchesSelectors(resource, query, object.raw)) {
        if (objects.length === wanted) return { objects, resume: after };
        objects.push(shown(resource, object.raw));
      }
      after = object.key;
    }
    if (page.length < limit) return { objects, resume: undefined };
    scanned += page.length;
  }
  return { objects, resume: after };
}

/** All objects, page by page; the first page has been read, so that what fails there is still an answer. */
async function batchesOf(
  { resource, query, deps }: Scan,
  start: Key | undefined,
): Promise<AsyncGenerator<string[]>> {
  const read = (after: Key | undefined): Promise<StoredObject[]> =>
    deps.source(resource, query.filter, { after, limit: pageSize });
  const first = await read(start);
  async function* batches(): AsyncGenerator<string[]> {
    for (let page = first; ; page = await read(page.at(-1)?.key)) {
      yield page
        .filter(({ raw }) => matchesSelectors(resource, query, raw))
        .map(({ raw }) => shown(resource, raw));
      if (page.length < pageSize) return;
    }
  }
  return batches();
}

/** All objects that the selectors take, page by page. */
export async function* initialPages(scan: Scan): AsyncGenerator<string[]> {
  yield* await batchesOf(scan, undefined);
}

/** A list that is written while it is read. What fails half-way cuts it off: it never looks complete. */
function streamList(resource: ServedResource, version: string, batches: AsyncGenerator<string[]>): Response {
  const encoder = new TextEncoder();
  const head = {
    kind: `${resource.kind}List`,
    apiVersion: apiVersionOf(resource),
    metadata: { resourceVersion: version },
  };
  let separator = '';
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(encoder.encode(`${JSON.stringify(head).slice(0, -1)},"items":[`));
    },
    pull: async (controller) => {
      for (;;) {
        const { done, value } = await batches.next();
        if (done) {
          controller.enqueue(encoder.encode(']}'));
          controller.close();
          return;
        }
        if (value.length === 0) continue;
        controller.enqueue(encoder.encode(separator + value.join(',')));
        separator = ',';
        return;
      }
    },
    cancel: async () => {
      await batches.return(undefined);
    },
  });
  return new Response(body, { headers: { 'content-type': 'application/json' } });
}

function shown(resource: ServedResource, raw: string): string {
  return resource.show?.(raw) ?? raw;
}

function matchesSelectors(resource: ServedResource, query: KubeQuery, raw: string): boolean {
  const labelsAreExact = !isEvents(resource) || query.labelSelector.requirements.length === 0;
  if (query.fieldsAreExact && labelsAreExact) return true;
  const object = parseObject(raw);
  return (
    (query.fieldsAreExact || query.fieldSelector.matches(selectableValues(resource, object))) &&
    (labelsAreExact || query.labelSelector.matches(object.metadata.labels))
  );
}
