import type { ClusterState } from '../cluster-state.ts';
import type { Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import type { ResourceInfo } from '../http/request-info.ts';
import { methodNotAllowed } from '../http/status-error.ts';
import type { ServedSubresource, Verb } from '../kinds.ts';
import type { Definition } from '../registry/definition.ts';
import { deprecationOf } from '../registry/deprecation-of.ts';
import { reviewOf } from '../reviews/review-of.ts';
import { create } from './create.ts';
import { remove, removeCollection } from './delete.ts';
import { finalizeNamespace } from './finalize-namespace.ts';
import { get } from './get.ts';
import { list } from './list.ts';
import { patch } from './patch.ts';
import { bindPod, evictPod, readPodLog } from './pod-subresources.ts';
import { scale } from './scale.ts';
import { requestToken } from './token-request.ts';
import { update } from './update.ts';
import { watch } from './watch.ts';

type Handler = (
  cluster: ClusterState,
  call: Call,
  definition: Definition,
  resource: ResourceInfo,
) => Answer | Promise<Answer>;

const handlers: Readonly<Record<Verb, Handler>> = {
  get,
  list,
  watch,
  create,
  update,
  patch,
  delete: remove,
  deletecollection: removeCollection,
};

/**
 * Serves a request for a resource; undefined where the path leads nowhere.
 * @throws StatusError for everything that is refused
 */
export async function serveResource(
  cluster: ClusterState,
  call: Call,
  resource: ResourceInfo,
): Promise<Answer | undefined> {
  const definition = cluster.registry.find(resource.group, resource.version, resource.resource);
  if (definition === undefined || !hasPath(definition, resource)) return undefined;
  const deprecation = deprecationOf(definition);
  if (deprecation !== undefined) call.warnings.push(deprecation);
  const verb = call.info.verb as Verb;
  if (resource.subresource !== '') return serveSubresource(cluster, call, definition, resource);
  if (!isPlaceFor(verb, definition, resource)) throw methodNotAllowed();
  const review = reviewOf(definition);
  if (review !== undefined) return review(cluster, call, definition, resource);
  return handlers[verb](cluster, call, definition, resource);
}

/** Single objects of namespaced resources are below a namespace, cluster-scoped ones are below none. */
function hasPath(definition: Definition, resource: ResourceInfo): boolean {
  if (definition.namespaced) return resource.name === '' || resource.namespace !== '';
  return resource.namespace === '' || definition.resource === 'namespaces';
}

/** Objects of namespaced resources are only changed inside a namespace; lists and watches may go over all. */
function isPlaceFor(verb: Verb, definition: Definition, resource: ResourceInfo): boolean {
  if (!definition.verbs.includes(verb)) return false;
  const wantsName = verb === 'get' || verb === 'update' || verb === 'patch' || verb === 'delete';
  if (wantsName !== (resource.name !== '') && verb !== 'watch') return false;
  if (verb === 'list' || verb === 'watch' || verb === 'deletecollection') return true;
  return !definition.namespaced || resource.namespace !== '';
}

async function serveSubresource(
  cluster: ClusterState,
  call: Call,
  definition: Definition,
  resource: ResourceInfo,
): Promise<Answer | undefined> {
  const subresource = definition.subresources.find((known) => known.name === resource.subresource);
  if (subresource === undefined) return undefined;
  const verb = call.info.verb as Verb;
  if (!subresource.verbs.includes(verb)) throw methodNotAllowed();
  return handlerOf(subresource, verb)?.(cluster, call, definition, resource);
}

function handlerOf(subresource: ServedSubresource, verb: Verb): Handler | undefined {
  if (verb === 'get' && subresource.kind !== 'Scale' && subresource.name !== 'log') return get;
  return subresource.name === 'status' ? handlers[verb] : subresourceHandlers[subresource.name];
}

/** Subresources that are more than a part of their object; those of running containers have nobody to ask. */
const subresourceHandlers: Readonly<Record<string, Handler>> = {
  scale,
  finalize: finalizeNamespace,
  token: requestToken,
  binding: bindPod,
  eviction: evictPod,
  log: readPodLog,
  ephemeralcontainers: update,
  resize: update,
  approval: update,
};
