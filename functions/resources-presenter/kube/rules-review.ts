import { z } from 'zod';
import type { AccessControl, Decision } from '../../../lib/access/access-control.ts';
import type { ClusterAccess } from '../../../lib/access/cluster-access.ts';
import type { AccessAttributes } from '../../../lib/core/access-attributes.ts';
import type { KnownCaller } from '../../../lib/core/caller.ts';
import type { DiscoveredResource } from '../../../lib/core/discovered-resource.ts';
import type { UserInfo } from '../../../lib/core/user-info.ts';
import { badRequest } from './kube-status.ts';

const rulesReviewSchema = z.object({ spec: z.object({ namespace: z.string().default('') }).prefault({}) });

const readVerbs = ['get', 'list', 'watch'] as const;

/** Rights to more single objects of one kind than this are told as incomplete. */
const maxNames = 200;

type ResourceRule = {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
};

/** Who is known may see what there is to ask for. */
const nonResourceRules = [
  { verbs: ['get'], nonResourceURLs: ['/api', '/api/*', '/apis', '/apis/*', '/version'] },
];

/**
 * SelfSubjectRulesReview, for `kubectl auth can-i --list`: what of the mirror the caller may read in a namespace.
 * Every mirrored resource is put to the same decision as a read, so that the list says what reads do; rights to
 * anything else are the cluster's to tell. The answer is marked incomplete where rights to single names, or
 * anything that nobody could be asked about, may be missing.
 */
export async function selfSubjectRulesReview(
  caller: KnownCaller,
  { access }: ClusterAccess,
  body: unknown,
  served: readonly DiscoveredResource[],
): Promise<Response> {
  const review = rulesReviewSchema.safeParse(body);
  if (!review.success) return badRequest('expected a SelfSubjectRulesReview with a namespace');
  const { namespace } = review.data.spec;
  if (namespace === '') return badRequest('no namespace on request');
  // A resource that is served in several versions has one right.
  const kinds = new Map(served.map((resource) => [`${resource.group}/${resource.resource}`, resource]));
  const found = await Promise.all(
    [...kinds.values()].map((resource) => rulesOf(resource, namespace, caller.user, access)),
  );
  const missing = [
    ...(access.knowsNames?.() === true ? [] : ['rights to single names are not listed']),
    ...(found.some(({ isComplete }) => !isComplete) ? ['some rights could not be found out'] : []),
  ];
  return Response.json(
    {
      ...(body as object),
      status: {
        resourceRules: merged(found.flatMap(({ rules }) => rules)),
        nonResourceRules,
        incomplete: missing.length > 0,
        ...(missing.length === 0 ? {} : { evaluationError: missing.join(', ') }),
      },
    },
    { status: 201 },
  );
}

type FoundRules = { readonly rules: readonly ResourceRule[]; readonly isComplete: boolean };

async function rulesOf(
  { group, resource, namespaced }: DiscoveredResource,
  namespace: string,
  user: UserInfo,
  access: AccessControl,
): Promise<FoundRules> {
  const place = namespaced ? namespace : '';
  const isNamespaces = group === '' && resource === 'namespaces';
  const decideAll = (name: string): Promise<Decision[]> =>
    Promise.all(
      readVerbs.map((verb): Promise<Decision> => {
        // A get of one Namespace is a question inside it.
        const inside = isNamespaces && verb === 'get' ? name : place;
        const right: AccessAttributes = { verb, group, resource, namespace: inside, name };
        return access.decide(user, right);
      }),
    );
  const decisions = await decideAll('');
  const verbs = allowedVerbs(decisions);
  const rule = { apiGroups: [group], resources: [resource] };
  const ofAll = verbs.length === 0 ? [] : [{ verbs, ...rule }];
  const isKnown = !decisions.includes('unknown');
  if (verbs.includes('get')) return { rules: ofAll, isComplete: isKnown };

  const names = await namesOf({ group, resource, place, namespace }, user, access);
  if (names === 'unknown') return { rules: ofAll, isComplete: false };
  const byName = await Promise.all(
    names.slice(0, maxNames).map(async (name) => ({ name, decisions: await decideAll(name) })),
  );
  const ofNames = byName
    .map(({ name, decisions: ofName }) => ({ verbs: allowedVerbs(ofName), ...rule, resourceNames: [name] }))
    .filter((named) => named.verbs.length > 0);
  const allKnown = byName.every(({ decisions: ofName }) => !ofName.includes('unknown'));
  return { rules: [...ofAll, ...ofNames], isComplete: isKnown && allKnown && names.length <= maxNames };
}

/** Objects that the user may get by their names alone. */
async function namesOf(
  of: {
    readonly group: string;
    readonly resource: string;
    readonly place: string;
    readonly namespace: string;
  },
  user: UserInfo,
  access: AccessControl,
): Promise<readonly string[] | 'unknown'> {
  const { group, resource, place, namespace } = of;
  if (access.knowsNames?.() !== true) return [];
  const action = { verb: 'get', group, resource } as const;
  const where = await access.findWhere(user, action, { namespaces: () => Promise.resolve([place]) });
  if (where === 'unknown') return where;
  if (where.kind === 'everywhere') return [];
  // Rights inside any namespace are rights to the Namespace itself; of these only the one that was asked about counts.
  const isNamespaces = group === '' && resource === 'namespaces';
  const own = where.objects.filter((object) => object.namespace === place);
  const objects = own.map(({ name }) => name).filter((name) => !isNamespaces || name === namespace);
  return [...new Set([...where.names, ...objects])].sort();
}

function allowedVerbs(decisions: readonly Decision[]): string[] {
  return readVerbs.filter((_, index) => decisions[index] === 'allowed');
}

/** Resources of a group with the same rights in one rule, and so names of one resource. */
function merged(rules: readonly ResourceRule[]): ResourceRule[] {
  const byNames = Map.groupBy(rules, ({ verbs, apiGroups, resources, resourceNames }) =>
    JSON.stringify([verbs, apiGroups, resources, resourceNames === undefined]),
  );
  const joined = [...byNames.values()].map((same): ResourceRule => {
    const names = same.flatMap(({ resourceNames }) => resourceNames ?? []);
    const [first] = same as [ResourceRule];
    return names.length === 0 ? first : { ...first, resourceNames: names };
  });
  const byResources = Map.groupBy(joined, ({ verbs, apiGroups, resourceNames }) =>
    JSON.stringify([verbs, apiGroups, resourceNames ?? null]),
  );
  return [...byResources.values()].map((same) => {
    const [first] = same as [ResourceRule];
    return { ...first, resources: same.flatMap(({ resources }) => resources) };
  });
}
