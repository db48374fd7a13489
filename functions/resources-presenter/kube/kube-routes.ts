import { type Clusters, clustersOf } from '../../../lib/access/cluster-access.ts';
import type { Authenticate, KnownCaller } from '../../../lib/core/caller.ts';
import { decodeAccessReview } from '../../../lib/core/kube-api/decode-access-review.ts';
import { decodeRulesReview } from '../../../lib/core/kube-api/decode-rules-review.ts';
import {
  aggregatedDiscovery,
  apiGroup,
  apiGroupList,
  apiResourceList,
  apiVersions,
} from '../../../lib/core/kube-api/discovery-documents.ts';
import { type KubeRequest, parseKubeRequest } from '../../../lib/core/kube-api/kube-request.ts';
import { negotiateDiscovery } from '../../../lib/core/kube-api/negotiate-answer.ts';
import type { Route, RouteContext } from '../../../lib/http/create-router.ts';
import { forCaller } from '../../../lib/http/for-caller.ts';
import { readBody } from '../../../lib/http/read-body.ts';
import { type BodyOutcome, readJsonBody } from '../../../lib/http/read-json-body.ts';
import { noSuchResource, readOnly } from './kube-status.ts';
import { type ReadDependencies, readObjects } from './read-objects.ts';
import { selfSubjectAccessReview, selfSubjectReview } from './reviews.ts';
import { selfSubjectRulesReview } from './rules-review.ts';

export type KubeDependencies = ReadDependencies & {
  readonly authenticate: Authenticate;
  readonly clusters: Clusters;
  readonly onUnavailable: (reason: string) => void;
};

const maxReviewBytes = 65_536;

/** What the API that is served here is, for `kubectl version`. */
const version = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.0+kubemirror',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: '',
};

/** Where the Kubernetes API is, views of other clusters, times and of what is gone included. */
const roots = [
  '/version',
  '/api',
  '/apis',
  '/api/*',
  '/apis/*',
  '/at/*',
  '/deleted/*',
  '/clusters/*',
] as const;

/** The Kubernetes read API over the mirror: discovery, get and list. Watches are served as streams beside it. */
export function kubeRoutes(deps: KubeDependencies): Route[] {
  const refuseWriting = (method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string): Route => ({
    method,
    path,
    name: 'kube',
    handle: (context) => forCaller(deps, context, async (caller) => write(deps, caller, context)),
  });
  return roots.flatMap((path): Route[] => [
    {
      method: 'GET',
      path,
      name: 'kube',
      handle: (context) => forCaller(deps, context, (caller) => read(deps, caller, context)),
    },
    refuseWriting('POST', path),
    refuseWriting('PUT', path),
    refuseWriting('PATCH', path),
    refuseWriting('DELETE', path),
  ]);
}

async function read(
  deps: KubeDependencies,
  caller: KnownCaller,
  { request, url }: RouteContext,
): Promise<Response> {
  const asked = parseKubeRequest(url);
  if (asked === undefined) return noSuchResource();
  const { target, view } = asked;
  const accept = request.headers.get('accept');
  if (target.kind === 'version') return Response.json(version);
  const cluster = clusterOf(deps, caller, asked);
  if (cluster === undefined) return noSuchResource();
  if (target.kind === 'objects') {
    return readObjects({ caller, cluster, target, view, query: url.searchParams, accept }, deps);
  }
  const resources = await deps.catalog.list(cluster.cluster);
  switch (target.kind) {
    case 'root':
      return discoveryRoot(target.root, resources, accept);
    case 'group':
      return documentOrNone(apiGroup(resources, target.group));
    case 'group-version':
      return documentOrNone(apiResourceList(resources, target.group, target.version));
  }
}

function discoveryRoot(
  root: '/api' | '/apis',
  resources: Parameters<typeof apiGroupList>[0],
  accept: string | null,
): Response {
  const form = negotiateDiscovery(accept);
  if (form === 'plain') return Response.json(root === '/api' ? apiVersions() : apiGroupList(resources));
  return Response.json(aggregatedDiscovery(resources, root, form), {
    headers: {
      'content-type': `application/json;g=apidiscovery.k8s.io;v=${form};as=APIGroupDiscoveryList`,
    },
  });
}

function documentOrNone(document: object | undefined): Response {
  return document === undefined ? noSuchResource() : Response.json(document);
}

/** Reviews about oneself change nothing and are answered; everything else is refused. */
async function write(
  deps: KubeDependencies,
  caller: KnownCaller,
  { request, url }: RouteContext,
): Promise<Response> {
  const asked = parseKubeRequest(url);
  const target = asked?.target;
  if (asked === undefined || target?.kind !== 'objects' || request.method !== 'POST') return readOnly();
  const cluster = clusterOf(deps, caller, asked);
  if (cluster === undefined) return noSuchResource();
  if (target.group === 'authentication.k8s.io' && target.resource === 'selfsubjectreviews') {
    return selfSubjectReview(caller, target.version);
  }
  const decode = target.group === 'authorization.k8s.io' ? reviews[target.resource] : undefined;
  if (decode === undefined) return readOnly();
  const body = await readReview(request, target.version, decode);
  if (body.kind === 'refused') return body.response;
  return decode.kind === 'SelfSubjectRulesReview'
    ? selfSubjectRulesReview(caller, cluster, body.value, await deps.catalog.list(cluster.cluster))
    : selfSubjectAccessReview(caller, cluster, body.value);
}

type ReviewKind = { readonly kind: string; readonly specOf: (bytes: Uint8Array) => object };

const reviews: Readonly<Record<string, ReviewKind>> = {
  selfsubjectaccessreviews: {
    kind: 'SelfSubjectAccessReview',
    specOf: (bytes) => {
      const resourceAttributes = decodeAccessReview(bytes);
      return resourceAttributes === undefined ? {} : { resourceAttributes };
    },
  },
  selfsubjectrulesreviews: {
    kind: 'SelfSubjectRulesReview',
    specOf: (bytes) => decodeRulesReview(bytes) ?? {},
  },
};

/** kubectl sends reviews in protobuf; the answer is JSON, which it takes as well. */
async function readReview(
  request: Request,
  apiVersion: string,
  { kind, specOf }: ReviewKind,
): Promise<BodyOutcome> {
  if (!request.headers.get('content-type')?.startsWith('application/vnd.kubernetes.protobuf')) {
    return readJsonBody(request, maxReviewBytes);
  }
  const body = await readBody(request, maxReviewBytes);
  if (body.kind === 'refused') return body;
  const type = { kind, apiVersion: `authorization.k8s.io/${apiVersion}` };
  return { kind: 'body', value: { ...type, metadata: {}, spec: specOf(body.bytes) } };
}

function clusterOf(deps: KubeDependencies, caller: KnownCaller, { view }: KubeRequest) {
  const [cluster] = clustersOf(deps.clusters, caller, view.cluster ?? deps.clusters.own.cluster);
  return cluster;
}
