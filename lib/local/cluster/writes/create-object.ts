import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import { requireRightsToGrant } from '../auth/require-rights-to-grant.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { Answer } from '../http/answer.ts';
import { alreadyExists, badRequest, forbidden, invalid, notFound, plainError } from '../http/status-error.ts';
import type { Definition } from '../registry/definition.ts';
import { fieldsOfDefinition } from '../registry/field-values.ts';
import { normalizeObject } from '../registry/normalize.ts';
import { storedDefinition } from '../registry/stored-definition.ts';
import { objectKey, parseStored } from '../store/stored-object.ts';
import { newMetadata } from '../strategies/metadata.ts';
import { keepStatus } from '../strategies/status.ts';
import { strategyOf } from '../strategies/strategy-of.ts';
import { trackManagedFields, withManagedFields } from './managed-fields.ts';
import { objectProblems } from './object-problems.ts';
import { timestamp } from './timestamp.ts';
import type { WriteOptions } from './write-options.ts';

/** The server makes a name out of `generateName` this often before it gives up. */
const maxNameAttempts = 8;
/** Longest prefix that leaves room for the suffix in a name of 63 characters. */
const maxGeneratedPrefix = 58;

/**
 * Creates an object that was decoded in the definition's version.
 * @throws StatusError as the server refuses: 400, 403, 404 (namespace), 409, 422
 */
export function createObject(
  cluster: ClusterState,
  definition: Definition,
  request: {
    readonly object: KubernetesObject;
    readonly namespace: string;
    readonly options: WriteOptions;
    /** Already attributed, as server-side apply does it itself. */
    readonly managedFieldsGiven?: boolean;
  },
): Answer {
  const { options } = request;
  const strategy = strategyOf(definition);
  const namespace = definition.namespaced ? request.namespace : '';
  requireNamespaceMatch(request.object, namespace);
  if (request.object.metadata.resourceVersion) {
    throw plainError('resourceVersion should not be set on objects to be created');
  }
  const name = freeName(cluster, definition, request.object, namespace);
  const metadata = newMetadata(request.object.metadata, {
    uid: cluster.newUid(),
    namespace,
    creationTimestamp: timestamp(cluster.now()),
  });
  const given: KubernetesObject = {
    ...request.object,
    metadata: { ...(name === '' ? {} : { name }), ...metadata, ...(name === '' ? {} : { name }) },
  };
  const defaulted = strategy.defaults?.(given) ?? given;
  const reset = strategy.hasStatus === true ? keepStatus(defaulted, undefined) : defaulted;
  const { managedFields } = request.object.metadata;
  const tracked =
    request.managedFieldsGiven === true
      ? withManagedFields(reset, managedFields)
      : trackManagedFields(definition, {
          before: undefined,
          after: withManagedFields(reset, managedFields),
          options,
          now: cluster.now(),
          subresource: '',
        });
  const prepared = strategy.prepare?.(tracked, undefined) ?? tracked;
  const counted = strategy.hasGeneration === true ? withGeneration(prepared) : prepared;
  const stored = definition.conversion?.toStored(counted) ?? counted;
  requireLiveNamespace(cluster, definition, namespace, name);
  const admitted = normalizeObject(
    storedDefinition(cluster, definition),
    strategy.admit?.(cluster, stored, undefined) ?? stored,
  );
  const problems = objectProblems(definition, admitted, undefined, strategy);
  if (problems.length > 0) throw invalid(definition, name, problems);
  requireRightsToGrant(cluster, definition, admitted, undefined, options.user);
  if (cluster.store.get(definition.storage, objectKey(namespace, name)) !== undefined) {
    throw alreadyExists(definition, name);
  }
  if (options.dryRun) {
    const shown = definition.conversion?.fromStored(admitted) ?? admitted;
    return { kind: 'object', code: 201, object: shown, definition };
  }
  const result = cluster.store.put(definition.storage, admitted, fieldsOfDefinition(definition));
  return { kind: 'stored', code: 201, definition, stored: result };
}

function withGeneration(object: KubernetesObject): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, generation: 1 } };
}

function requireNamespaceMatch(object: KubernetesObject, namespace: string): void {
  const given = object.metadata.namespace ?? '';
  if (given === '' || namespace === '' || given === namespace) return;
  throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
}

function freeName(
  cluster: ClusterState,
  definition: Definition,
  object: KubernetesObject,
  namespace: string,
): string {
  const { name = '', generateName = '' } = object.metadata;
  if (name !== '' || generateName === '') return name;
  const prefix = generateName.slice(0, maxGeneratedPrefix);
  for (let attempt = 1; attempt < maxNameAttempts; attempt += 1) {
    const candidate = `${prefix}${cluster.nameSuffix()}`;
    if (cluster.store.get(definition.storage, objectKey(namespace, candidate)) === undefined) {
      return candidate;
    }
  }
  return `${prefix}${cluster.nameSuffix()}`;
}

/** What the NamespaceLifecycle admission refuses. */
function requireLiveNamespace(
  cluster: ClusterState,
  definition: Definition,
  namespace: string,
  name: string,
): void {
  if (namespace === '') return;
  const stored = cluster.store.get('namespaces', namespace);
  if (stored === undefined) throw notFound({ group: '', resource: 'namespaces' }, namespace);
  const { status } = parseStored(stored) as { status?: { phase?: string } };
  if (status?.phase !== 'Terminating') return;
  throw forbidden(
    definition,
    name,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
    [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  );
}
