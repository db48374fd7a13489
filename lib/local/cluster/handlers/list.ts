import type { ClusterState } from '../cluster-state.ts';
import type { Answer, ListMetadata } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import type { ResourceInfo } from '../http/request-info.ts';
import { badRequest, expired, type StatusError } from '../http/status-error.ts';
import type { Definition } from '../registry/definition.ts';
import { awaitRevision } from './await-revision.ts';
import { decodeContinue, encodeContinueAfter, encodeContinueFrom } from './continue-token.ts';
import { type ListOptions, parseListOptions } from './list-options.ts';
import { parseSelection } from './selection.ts';

const continueExpired =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
  'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
  'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
  'deleted between the time the first chunk was returned and now may show up in the list.';

/** One state of a resource, whole or page by page; all pages of one list show the same revision. */
export async function list(
  cluster: ClusterState,
  call: Call,
  definition: Definition,
  resource: ResourceInfo,
): Promise<Answer> {
  const options = parseListOptions(call.info.query, false);
  const selection = parseSelection(definition, options);
  const place = await placeOf(cluster, options);
  const prefix = resource.namespace === '' || !definition.namespaced ? '' : `${resource.namespace}/`;
  if (!place.startKey.startsWith(prefix) && place.startKey !== '') {
    throw badRequest(`invalid continue token: continue key is not valid: ${JSON.stringify(place.startKey)}`);
  }
  const page = cluster.store.list(definition.storage, {
    prefix,
    startKey: place.startKey,
    revision: place.revision,
    limit: place.limit,
    matches: selection.matches,
  });
  const last = page.items.at(-1);
  const metadata: ListMetadata = {
    resourceVersion: String(place.revision),
    ...(page.more && last !== undefined
      ? {
          continue: encodeContinueAfter(place.revision, last.key),
          ...(selection.everything ? { remainingItemCount: page.remaining } : {}),
        }
      : definition.custom === undefined
        ? {}
        : { continue: '' }),
  };
  return { kind: 'list', definition, items: page.items, metadata };
}

type Place = { readonly revision: number; readonly startKey: string; readonly limit: number };

async function placeOf(cluster: ClusterState, options: ListOptions): Promise<Place> {
  const { store } = cluster;
  const { resourceVersion: wanted, limit } = options;
  if (options.continueToken !== '') {
    if (wanted !== undefined && wanted !== 0) {
      throw badRequest('specifying resource version is not allowed when using continue');
    }
    const token = decodeContinue(options.continueToken);
    if (token.revision < 0) return { revision: store.revision, startKey: token.startKey, limit };
    if (token.revision < store.compactedRevision || cluster.faults.takeGone()) {
      throw continueGone(token.startKey);
    }
    await awaitRevision(cluster, token.revision);
    return { revision: token.revision, startKey: token.startKey, limit };
  }
  if (wanted === undefined) return { revision: store.revision, startKey: '', limit };
  // Version 0 is answered from the watch cache, which gives everything at once.
  if (wanted === 0) return { revision: store.revision, startKey: '', limit: 0 };
  await awaitRevision(cluster, wanted);
  // Before resourceVersionMatch there was only this: with a limit, a version meant exactly that version.
  const exact = options.match === 'Exact' || (options.match === '' && limit > 0);
  if (!exact) return { revision: store.revision, startKey: '', limit };
  if (wanted < store.compactedRevision) {
    throw expired('The resourceVersion for the provided list is too old.');
  }
  return { revision: wanted, startKey: '', limit };
}

function continueGone(startKey: string): StatusError {
  return expired(continueExpired, encodeContinueFrom(-1, startKey));
}
