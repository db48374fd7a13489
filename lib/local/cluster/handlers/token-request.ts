import { apiAudience, tokenIssuer } from '../auth/service-account-tokens.ts';
import type { ClusterState } from '../cluster-state.ts';
import { asFields, asList } from '../defaults/fill.ts';
import type { Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { decodeObject } from '../http/decode-object.ts';
import { readBody } from '../http/read-body.ts';
import type { ResourceInfo } from '../http/request-info.ts';
import { invalid as refuse } from '../http/status-error.ts';
import type { Definition } from '../registry/definition.ts';
import { invalid } from '../validation/field-problem.ts';
import { trackManagedFields } from '../writes/managed-fields.ts';
import { timestamp } from '../writes/timestamp.ts';
import { parseWriteOptions } from '../writes/write-options.ts';
import { requireStored } from './get.ts';

const defaultSeconds = 3_600;
const minSeconds = 600;
const maxSeconds = 2 ** 32;

/** `serviceaccounts/token`: a signed token for one ServiceAccount (TokenRequest). */
export async function requestToken(
  cluster: ClusterState,
  call: Call,
  definition: Definition,
  resource: ResourceInfo,
): Promise<Answer> {
  const stored = requireStored(cluster, definition, resource);
  const options = parseWriteOptions(call, 'CreateOptions');
  const kind: Definition = {
    ...definition,
    group: 'authentication.k8s.io',
    version: 'v1',
    kind: 'TokenRequest',
    resource: 'tokenrequests',
  };
  const body = await readBody(call.request);
  const request = decodeObject(body, call.request.headers['content-type'], kind, options);
  const spec = asFields(request['spec']);
  const seconds = Number(spec['expirationSeconds'] ?? defaultSeconds);
  if (seconds < minSeconds || seconds > maxSeconds) {
    const why =
      seconds < minSeconds
        ? 'may not specify a duration less than 10 minutes'
        : 'may not specify a duration larger than 2^32 seconds';
    throw refuse(kind, '', [invalid('spec.expirationSeconds', seconds, why)]);
  }
  const asked = asList(spec['audiences']) as readonly string[];
  const audiences = asked.length === 0 ? [apiAudience] : asked;
  const now = cluster.now();
  const tracked = trackManagedFields(kind, {
    before: undefined,
    after: request,
    options,
    now,
    subresource: 'token',
  });
  const issuedAt = Math.floor(now.getTime() / 1_000);
  const token = cluster.tokens.issue({
    iss: tokenIssuer,
    sub: `system:serviceaccount:${stored.namespace}:${stored.name}`,
    aud: audiences,
    iat: issuedAt,
    nbf: issuedAt,
    exp: issuedAt + seconds,
    jti: cluster.newUid(),
    'kubernetes.io': {
      namespace: stored.namespace,
      serviceaccount: { name: stored.name, uid: stored.uid },
    },
  });
  return {
    kind: 'object',
    code: 201,
    object: {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: {
        name: stored.name,
        namespace: stored.namespace,
        creationTimestamp: timestamp(now),
        managedFields: tracked.metadata.managedFields,
      },
      spec: { audiences, expirationSeconds: seconds, boundObjectRef: spec['boundObjectRef'] ?? null },
      status: { token, expirationTimestamp: timestamp(new Date((issuedAt + seconds) * 1_000)) },
    },
  };
}
