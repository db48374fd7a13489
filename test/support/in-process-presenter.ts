import { countEvents } from '../../functions/events-presenter/count-events.ts';
import { listEvents } from '../../functions/events-presenter/list-events.ts';
import { listQuerySchema as eventQuerySchema } from '../../functions/events-presenter/list-parameters.ts';
import { notificationPlan } from '../../functions/events-presenter/notifications.ts';
import { summarizeEvents } from '../../functions/events-presenter/summarize-events.ts';
import { countResources } from '../../functions/resources-presenter/count-resources.ts';
import { getResource } from '../../functions/resources-presenter/get-resource.ts';
import { listQuerySchema as resourceQuerySchema } from '../../functions/resources-presenter/list-parameters.ts';
import { listResources } from '../../functions/resources-presenter/list-resources.ts';
import {
  resourceStreamPlan,
  streamQuerySchema,
} from '../../functions/resources-presenter/resource-stream.ts';
import { summarizeResources } from '../../functions/resources-presenter/summarize-resources.ts';
import type { ClusterAccess } from '../../lib/access/cluster-access.ts';
import { createDecisionSampler } from '../../lib/access/decision-sampler.ts';
import { createEvaluatedAccessControl } from '../../lib/access/evaluated-access-control.ts';
import type { ReviewAccess } from '../../lib/access/review-access.ts';
import { createReviewedAccessControl } from '../../lib/access/reviewed-access-control.ts';
import type { KnownCaller, Realm } from '../../lib/core/caller.ts';
import { createRbacIndex } from '../../lib/core/rbac/rbac-index.ts';
import { parseRbacObject } from '../../lib/core/rbac/rbac-object.ts';
import { deriveSealingKeys } from '../../lib/core/sealed-token.ts';
import { createStreamIds } from '../../lib/core/stream-id.ts';
import type { UserInfo } from '../../lib/core/user-info.ts';
import { countEvents as countEventRows } from '../../lib/postgres/count-events.ts';
import { countResources as countResourceRows } from '../../lib/postgres/count-resources.ts';
import { getResource as getRow } from '../../lib/postgres/get-resource.ts';
import { listEventKinds } from '../../lib/postgres/list-event-kinds.ts';
import { listEventNamespaces } from '../../lib/postgres/list-event-namespaces.ts';
import { listEvents as listEventRows } from '../../lib/postgres/list-events.ts';
import { listGroupResources } from '../../lib/postgres/list-group-resources.ts';
import { listInvolvedNamespaces } from '../../lib/postgres/list-involved-namespaces.ts';
import { listInvolvedObjects } from '../../lib/postgres/list-involved-objects.ts';
import { listResourceNamespaces } from '../../lib/postgres/list-resource-namespaces.ts';
import { listResources as listResourceRows } from '../../lib/postgres/list-resources.ts';
import type { StreamedEvent } from '../../lib/postgres/read-events-after.ts';
import type { ResourceChange } from '../../lib/postgres/read-resources-after.ts';
import { summarizeEvents as summarizeEventRows } from '../../lib/postgres/summarize-events.ts';
import { summarizeResources as summarizeResourceRows } from '../../lib/postgres/summarize-resources.ts';
import type { TestDatabase } from './database.ts';
import type { RandomObject } from './random-rows.ts';
import type { Authority } from './review-oracle.ts';

const cursorKeys = deriveSealingKeys('only of this test', 'cursor');
const ids = createStreamIds({ keys: cursorKeys, stream: 'events', installationId: 'this' });

export type Mode = 'evaluate' | 'review';

function accessOf(mode: Mode, { cluster, rbac, allows }: Authority, disagreements: unknown[]): ClusterAccess {
  const now = (): number => 0;
  const review: ReviewAccess = (user, attributes) =>
    Promise.resolve(allows(user, attributes) ? 'allowed' : 'denied');
  const reviewed = createReviewedAccessControl({ review, ttlMs: 1_000, now });
  if (mode === 'review') return { cluster, access: reviewed };
  const index = createRbacIndex();
  for (const [kind, objects] of [
    ['Role', rbac.roles],
    ['ClusterRole', rbac.clusterRoles],
    ['RoleBinding', rbac.roleBindings],
    ['ClusterRoleBinding', rbac.clusterRoleBindings],
  ] as const) {
    for (const object of objects) {
      const parsed = parseRbacObject(kind, object);
      if (parsed !== undefined) index.put(parsed);
    }
  }
  const followed = { index, isCurrent: () => true };
  const sampler = createDecisionSampler({
    rbac: followed,
    review,
    now,
    random: () => 0,
    sleep: () => Promise.resolve(),
    onCompared: () => {},
    onDisagreement: (disagreement) => disagreements.push(disagreement),
  });
  const confirmed = createReviewedAccessControl({ review, ttlMs: 1_000, now });
  return { cluster, access: createEvaluatedAccessControl({ rbac: followed, reviewed, confirmed, sampler }) };
}

/** What the mirror has, with all that its streams would read. */
export type Stored = {
  readonly database: TestDatabase;
  readonly changes: readonly ResourceChange[];
  readonly streamed: readonly StreamedEvent[];
};

/** What a user asks; of whatever the mirror has. */
export type Question = {
  readonly user: UserInfo;
  readonly realm: Realm;
  readonly place: string | undefined;
  readonly name: string | undefined;
  readonly deleted: string;
  readonly single: { readonly group: string; readonly resource: string } | undefined;
  readonly selector: string | undefined;
  readonly limit: number;
};

/** Everything that one question may be answered by, in one mode. */
export function inProcessPresenter(
  mode: Mode,
  question: Question,
  authorities: readonly Authority[],
  stored: Stored,
) {
  const { pool } = stored.database;
  const disagreements: unknown[] = [];
  const [own, ...others] = authorities.map((one) => accessOf(mode, one, disagreements));
  if (own === undefined) throw new Error('Cannot read: no authority, expected one of our own');
  const clusters = { own, others };
  const caller: KnownCaller = { kind: 'user', user: question.user, realm: question.realm, token: 'x' };
  const inventory = {
    resources: (of: Parameters<typeof listGroupResources>[1]) => listGroupResources(pool, of),
    namespaces: (of: Parameters<typeof listResourceNamespaces>[1]) => listResourceNamespaces(pool, of),
  };
  const inventoryOf = (cluster: string) => ({
    namespaces: () => listEventNamespaces(pool),
    kinds: () => listEventKinds(pool, cluster),
    involvedNamespaces: (kind: { group: string; resource: string }) =>
      listInvolvedNamespaces(pool, { cluster, ...kind }),
    involvedObjects: (kind: { group: string; resource: string }, namespaces: readonly string[]) =>
      listInvolvedObjects(pool, { cluster, ...kind, namespaces, limit: 200 }),
  });
  const resourceQuery = {
    group: question.single?.group ?? 'core,apps',
    ...(question.single === undefined ? {} : { resource: question.single.resource }),
    namespace: question.place ?? '*',
    ...(question.name === undefined ? {} : { name: question.name }),
    deleted: question.deleted,
    limit: String(question.limit),
  };
  const eventQuery = {
    ...(question.place === undefined ? {} : { namespace: question.place }),
    ...(question.name === undefined ? {} : { involved_name: question.name }),
    ...(question.selector === undefined ? {} : { label_selector: question.selector }),
    limit: String(question.limit),
  };
  const authenticate = () => Promise.resolve(caller);
  const readBounds = () => Promise.resolve({ head: 0, horizon: 0 });
  return {
    disagreements,
    /** Uids, or `forbidden`. */
    list: async (): Promise<string[] | 'forbidden'> => {
      const found: string[] = [];
      for (let cursor: string | undefined, page = 0; page < 100; page += 1) {
        const parameters = resourceQuerySchema.parse({
          ...resourceQuery,
          ...(cursor === undefined ? {} : { cursor }),
        });
        const outcome = await listResources(caller, parameters, {
          clusters,
          inventory,
          cursorKeys,
          listRows: (scope, filter, keys) => listResourceRows(pool, scope, filter, keys),
        });
        if (outcome.kind === 'forbidden') return 'forbidden';
        if (outcome.kind !== 'page') throw new Error(`Cannot list: ${outcome.kind}, expected a page`);
        found.push(...outcome.rows.map((row) => row.uid));
        if (outcome.cursor === undefined) break;
        ({ cursor } = outcome);
      }
      return found.sort();
    },
    count: async (): Promise<number> => {
      const outcome = await countResources(caller, resourceQuerySchema.parse(resourceQuery), {
        clusters,
        inventory,
        countRows: (scope, filter, max) => countResourceRows(pool, scope, filter, max),
      });
      return outcome.kind === 'count' ? outcome.count : 0;
    },
    summarize: async (): Promise<number> => {
      const parameters = { ...resourceQuerySchema.parse(resourceQuery), by: 'namespace' as const };
      const outcome = await summarizeResources(caller, parameters, {
        clusters,
        inventory,
        summarizeRows: (scope, filter, options) => summarizeResourceRows(pool, scope, filter, options),
      });
      return outcome.kind === 'summary' ? outcome.rows.reduce((sum, row) => sum + row.count, 0) : 0;
    },
    gettable: async (objects: readonly RandomObject[]): Promise<string[]> => {
      const outcomes = await Promise.all(
        objects.map(async ({ cluster_name, uid }) => ({
          uid,
          outcome: await getResource(caller, `${cluster_name}:${uid}`, {
            clusters,
            getRow: (id) => getRow(pool, id, { withRaw: false, withStatus: false }),
          }),
        })),
      );
      return outcomes.filter(({ outcome }) => outcome.kind === 'found').map(({ uid }) => uid);
    },
    events: async (): Promise<string[]> => {
      const found: string[] = [];
      for (let cursor: string | undefined, page = 0; page < 100; page += 1) {
        const parameters = eventQuerySchema.parse({
          ...eventQuery,
          ...(cursor === undefined ? {} : { cursor }),
        });
        const outcome = await listEvents(caller, parameters, {
          clusters,
          inventoryOf,
          cursorKeys,
          listRows: (scope, filter, keys) => listEventRows(pool, scope, filter, keys),
        });
        if (outcome.kind !== 'page') throw new Error(`Cannot list: ${outcome.kind}, expected a page`);
        found.push(...outcome.rows.map((row) => row.global_uid.slice(row.cluster_name.length + 1)));
        if (outcome.cursor === undefined) break;
        ({ cursor } = outcome);
      }
      return found.sort();
    },
    countEvents: async (): Promise<number> => {
      const outcome = await countEvents(caller, eventQuerySchema.parse(eventQuery), {
        clusters,
        inventoryOf,
        countRows: (scope, filter, max) => countEventRows(pool, scope, filter, max),
      });
      return outcome.kind === 'count' ? outcome.count : -1;
    },
    summarizeEvents: async (): Promise<number> => {
      const parameters = { ...eventQuerySchema.parse(eventQuery), by: 'type' as const };
      const outcome = await summarizeEvents(caller, parameters, {
        clusters,
        inventoryOf,
        summarizeRows: (scope, filter, options) => summarizeEventRows(pool, scope, filter, options),
      });
      return outcome.kind === 'summary' ? outcome.rows.reduce((sum, row) => sum + row.count, 0) : -1;
    },
    /** Uids of events whose frames a stream would send, by the quick decision where there is one. */
    streamedEvents: async (): Promise<string[]> => {
      const filter = {
        cluster: undefined,
        namespace: question.place,
        kinds: undefined,
        types: undefined,
        reasons: undefined,
        compositionId: undefined,
        involvedUid: undefined,
        involvedName: question.name,
      };
      const plan = notificationPlan(caller, filter, {
        clusters,
        authenticate,
        ids,
        readBounds,
        readEvents: () => Promise.resolve([]),
      });
      const sent = await sentBy(plan, stored.streamed);
      return sent.map((row) => row.global_uid.slice(row.cluster_name.length + 1)).sort();
    },
    streamedChanges: async (): Promise<string[]> => {
      const { deleted: _deleted, limit: _limit, ...shared } = resourceQuery;
      const plan = resourceStreamPlan(caller, streamQuerySchema.parse(shared), {
        clusters,
        authenticate,
        ids,
        readBounds,
        readChanges: () => Promise.resolve([]),
      });
      return (await sentBy(plan, stored.changes)).map((row) => row.uid).sort();
    },
  };
}

async function sentBy<Row>(
  plan: {
    readonly matches: (row: Row) => boolean;
    readonly decide: (row: Row) => Promise<string>;
    readonly decideNow: (row: Row) => string | undefined;
  },
  candidates: readonly Row[],
): Promise<Row[]> {
  const sent: Row[] = [];
  for (const row of candidates.filter(plan.matches)) {
    const quick = plan.decideNow(row);
    const decision = await plan.decide(row);
    if (quick !== undefined && quick !== decision) throw new Error(`Cannot decide: ${quick} and ${decision}`);
    if (decision === 'allowed') sent.push(row);
  }
  return sent;
}
