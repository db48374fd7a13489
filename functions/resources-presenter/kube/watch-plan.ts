import type { AccessControl, Decision } from '../../../lib/access/access-control.ts';
import { recheckCaller } from '../../../lib/access/recheck-caller.ts';
import type { AccessAttributes } from '../../../lib/core/access-attributes.ts';
import type { Authenticate, KnownCaller } from '../../../lib/core/caller.ts';
import type { KubeAnswerForm } from '../../../lib/core/kube-api/negotiate-answer.ts';
import { renderTable } from '../../../lib/core/kube-table/table.ts';
import { apiVersionOf } from '../../../lib/core/resource-kind.ts';
import type { StreamPlan } from '../../../lib/http/follow-stream.ts';
import type { Positioned } from '../../../lib/http/live-feed.ts';
import type { ServedResource } from './kube-catalog.ts';
import { parseObject, partial } from './present-objects.ts';

export type WatchEvent = { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly raw: string };

/** How one stream's rows become watch events. */
export type WatchRows<Row extends Positioned> = {
  readonly readPage: StreamPlan<Row>['readPage'];
  readonly readHead: () => Promise<number>;
  readonly matches: (row: Row) => boolean;
  /** Whether the row is here as a whole; the feed leaves out what is long. */
  readonly isWhole: (row: Row) => boolean;
  /** None where the row is nothing that this watch shows. */
  readonly eventsOf: (row: Row) => readonly WatchEvent[];
  /** Whether the row is of the cluster that is watched; versions of others mean nothing there. */
  readonly isOfCluster: (row: Row) => boolean;
  readonly versionOf: (row: Row) => string;
};

export type WatchOptions = {
  readonly caller: KnownCaller;
  readonly authenticate: Authenticate;
  readonly access: AccessControl;
  /** The right that the watch as a whole needs. */
  readonly right: AccessAttributes;
  readonly resource: ServedResource;
  readonly form: KubeAnswerForm;
  readonly includeObject: string;
  readonly allowBookmarks: boolean;
  /** The version that the client has. */
  readonly version: string;
  /** The newest stored version of the watched cluster. */
  readonly newest: () => Promise<{ readonly position: number; readonly version: string } | undefined>;
  /** The state to begin with, where the client has none. */
  readonly initial: (() => AsyncIterable<readonly string[]>) | undefined;
  /** Whether a bookmark tells where that state ends, for clients that ask for it (KEP-3157). */
  readonly endsInitial: boolean;
  readonly now: () => Date;
};

/** A watch of the Kubernetes API: one JSON object a line, bookmarks for heartbeats where they are allowed. */
export function watchPlan<Row extends Positioned>(
  rows: WatchRows<Row>,
  options: WatchOptions,
): StreamPlan<Row> {
  const { access, right, resource } = options;
  const { user, refusal } = recheckCaller(options.authenticate, options.caller);
  const write = createEventWriter(options);
  let version = options.version;
  let seen = { position: 0, version };
  let refused: Refusal | undefined;
  let wasDenied = false;
  const see = (place: typeof seen): void => {
    if (place.position > seen.position) seen = place;
  };
  const noted = <D extends Decision | undefined>(decision: D): D => {
    wasDenied ||= decision === 'denied';
    return decision;
  };
  return {
    readPage: rows.readPage,
    readHead: async () => {
      const head = await rows.readHead();
      // Pages leave out what the watch does not show, so that no row of theirs may tell how far it has come.
      const newest = options.allowBookmarks ? await options.newest() : undefined;
      if (newest !== undefined && newest.position <= head) see(newest);
      return head;
    },
    matches: (row) => {
      if (rows.isOfCluster(row)) see({ position: row.position, version: rows.versionOf(row) });
      return rows.matches(row);
    },
    decideNow: (row): Decision | undefined =>
      rows.isWhole(row) ? noted(access.decideNow(user(), right)) : undefined,
    decide: async () => noted(await access.decide(user(), right)),
    frameOf: (row) => rows.eventsOf(row).map(write).join(''),
    ...(options.initial === undefined
      ? {}
      : { prologue: () => writeInitial(options.initial?.() ?? [], write, options) }),
    framing: {
      greeting: () => '',
      heartbeat: (position) => {
        // What was looked at may still wait to be sent: a client that goes on from there would miss it.
        if (seen.position <= position) ({ version } = seen);
        return options.allowBookmarks ? bookmarkLine(resource, options.form, version) : '';
      },
      behind: () => '',
      // An API server ends a watch without a word; only who is no longer welcome is told so.
      ending: () => (refused === undefined ? '' : errorLine(refused)),
    },
    refusal: async () => {
      const reason = await refusal();
      if (reason !== undefined) refused = { code: 401, reason: 'Unauthorized', message: reason };
      // Once a change was held back the watch is not complete, even if the right is back by now.
      else if (wasDenied || (await access.decide(user(), right)) === 'denied') {
        const message = `${right.resource} is forbidden: the right to watch was taken away`;
        refused = { code: 403, reason: 'Forbidden', message };
      }
      return refused?.message;
    },
  };
}

async function* writeInitial(
  pages: AsyncIterable<readonly string[]> | readonly (readonly string[])[],
  write: (event: WatchEvent) => string,
  { resource, form, version, endsInitial }: WatchOptions,
): AsyncGenerator<string> {
  for await (const page of pages) yield page.map((raw) => write({ type: 'ADDED', raw })).join('');
  if (endsInitial) yield bookmarkLine(resource, form, version, { 'k8s.io/initial-events-end': 'true' });
}

/** A table carries its column definitions in the first event only, so that every watch has a writer of its own. */
function createEventWriter({
  resource,
  form,
  includeObject,
  now,
}: WatchOptions): (event: WatchEvent) => string {
  let sentColumns = false;
  return ({ type, raw }) => {
    if (form.as === 'object') return `{"type":"${type}","object":${raw}}\n`;
    const object = parseObject(raw);
    if (form.as === 'metadata') return line(type, partial(object, form.metaVersion));
    const metadata = { resourceVersion: object.metadata.resourceVersion ?? '' };
    const options = { now: now(), includeObject, version: form.metaVersion, metadata };
    const table = renderTable(resource.printer, [object], options);
    const shown = sentColumns ? { ...table, columnDefinitions: null } : table;
    sentColumns = true;
    return line(type, shown);
  };
}

function bookmarkLine(
  resource: ServedResource,
  form: KubeAnswerForm,
  resourceVersion: string,
  annotations?: Readonly<Record<string, string>>,
): string {
  const marks = { resourceVersion, ...(annotations === undefined ? {} : { annotations }) };
  if (form.as === 'metadata') return line('BOOKMARK', partial({ metadata: marks }, form.metaVersion));
  if (form.as === 'object') {
    const metadata = { ...marks, creationTimestamp: null };
    return line('BOOKMARK', { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata });
  }
  return line('BOOKMARK', {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${form.metaVersion}`,
    metadata: { resourceVersion },
    columnDefinitions: null,
    rows: [{ cells: [], object: partial({ metadata: marks }, form.metaVersion) }],
  });
}

type Refusal = { readonly code: 401 | 403; readonly reason: string; readonly message: string };

function errorLine({ code, reason, message }: Refusal): string {
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
  return line('ERROR', status);
}

function line(type: string, object: object): string {
  return `${JSON.stringify({ type, object })}\n`;
}
