import type { KubernetesObject } from '../core/kubernetes-object.ts';
import type { KubernetesAnswer, KubernetesRequest } from '../core/kubernetes-request.ts';
import { resourcePath } from '../core/resource-path.ts';

export type LeaseObject = KubernetesObject & {
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
};

export type LeaseWrite =
  | { readonly kind: 'written'; readonly lease: LeaseObject }
  /** Somebody else wrote in between. */
  | { readonly kind: 'conflict' };

/** Reads and writes one Lease; needs get, create and update on it. */
export type LeaseClient = {
  /** `undefined` where there is none. @throws where the API server refuses or does not answer */
  readonly get: () => Promise<LeaseObject | undefined>;
  /** Creates it, or replaces exactly the version that was read. @throws as `get` does */
  readonly put: (lease: LeaseObject) => Promise<LeaseWrite>;
};

const leases = { group: 'coordination.k8s.io', version: 'v1', resource: 'leases' };

/** A lease that is answered later than this is of no use to an election. */
const timeoutMs = 5_000;

export function createLeaseClient(
  request: KubernetesRequest,
  place: { readonly namespace: string; readonly name: string },
): LeaseClient {
  const collection = resourcePath(leases, { namespace: place.namespace });
  const path = resourcePath(leases, place);
  return {
    get: async () => {
      const answer = await request({ method: 'GET', path, timeoutMs });
      if (answer.status === 404) return undefined;
      return leaseOf(answer, 'read', place);
    },
    put: async (lease) => {
      const isNew = lease.metadata.resourceVersion === undefined;
      const answer = await request({
        method: isNew ? 'POST' : 'PUT',
        path: isNew ? collection : path,
        body: {
          apiVersion: 'coordination.k8s.io/v1',
          kind: 'Lease',
          ...lease,
          metadata: { ...lease.metadata, ...place },
        },
        timeoutMs,
      });
      if (answer.status === 409) return { kind: 'conflict' };
      return { kind: 'written', lease: leaseOf(answer, 'write', place) };
    },
  };
}

function leaseOf(
  answer: KubernetesAnswer,
  action: string,
  place: { readonly namespace: string; readonly name: string },
): LeaseObject {
  if (answer.status === 200 || answer.status === 201) return answer.body as LeaseObject;
  throw new Error(
    `Cannot ${action} lease ${place.namespace}/${place.name}: ${answer.status}, expected 200 or the right to get, create and update it`,
  );
}
