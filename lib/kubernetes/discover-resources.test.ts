import { describe, expect, it } from 'vitest';
import type { KubernetesRequest } from '../core/kubernetes-request.ts';
import { createDiscovery } from './discover-resources.ts';

type Asked = Parameters<KubernetesRequest>[0];

const aggregated = {
  kind: 'APIGroupDiscoveryList',
  items: [
    {
      metadata: { name: 'apps' },
      versions: [
        {
          version: 'v1',
          freshness: 'Current',
          resources: [
            {
              resource: 'deployments',
              responseKind: { kind: 'Deployment' },
              scope: 'Namespaced',
              singularResource: 'deployment',
              verbs: ['list', 'watch'],
              shortNames: ['deploy'],
              subresources: [{ subresource: 'scale' }],
            },
          ],
        },
      ],
    },
    { metadata: { name: 'metrics.k8s.io' }, versions: [{ version: 'v1beta1', freshness: 'Stale' }] },
  ],
};

const deployment = {
  group: 'apps',
  version: 'v1',
  resource: 'deployments',
  kind: 'Deployment',
  namespaced: true,
  verbs: ['list', 'watch'],
  singular: 'deployment',
  shortNames: ['deploy'],
  categories: [],
};

describe('createDiscovery()', () => {
  it('reads aggregated discovery and says which groups are stale', async () => {
    const read = createDiscovery(serving({ '/api': { kind: 'APIGroupDiscoveryList' }, '/apis': aggregated }));
    expect(await read()).toEqual({ resources: [deployment], unknown: ['metrics.k8s.io/v1beta1'] });
  });

  it('asks with the ETag and gives the same object while nothing changed', async () => {
    const asked: Asked[] = [];
    const read = createDiscovery(async (request) => {
      asked.push(request);
      return request.headers?.['if-none-match'] === '"1"'
        ? { status: 304, headers: {}, body: '' }
        : { status: 200, headers: { etag: '"1"' }, body: aggregated };
    });
    const first = await read();
    expect(await read()).toBe(first);
    expect(asked).toHaveLength(4);
  });

  it('asks each group where the server knows no aggregated discovery, preferred version first', async () => {
    const read = createDiscovery(
      serving({
        '/api': { kind: 'APIVersions', versions: ['v1'] },
        '/api/v1': {
          resources: [
            { name: 'pods', kind: 'Pod', namespaced: true, verbs: ['list'], singularName: 'pod' },
            { name: 'pods/log', kind: 'Pod', namespaced: true, verbs: ['get'] },
          ],
        },
        '/apis': {
          kind: 'APIGroupList',
          groups: [
            {
              name: 'batch',
              versions: [{ version: 'v1beta1' }, { version: 'v1' }],
              preferredVersion: { version: 'v1' },
            },
          ],
        },
        '/apis/batch/v1': { resources: [{ name: 'jobs', kind: 'Job', namespaced: true, verbs: [] }] },
      }),
    );
    const { resources, unknown } = await read();
    expect(resources.map(({ group, version, resource }) => `${group}/${version}/${resource}`)).toEqual([
      '/v1/pods',
      'batch/v1/jobs',
    ]);
    expect(unknown).toEqual(['batch/v1beta1']);
  });

  it('throws where the server refuses', async () => {
    await expect(createDiscovery(serving({}))()).rejects.toThrow('Cannot read discovery /api: 503');
  });
});

function serving(bodies: Readonly<Record<string, unknown>>): KubernetesRequest {
  return async ({ path }) =>
    path in bodies
      ? { status: 200, headers: {}, body: bodies[path] }
      : { status: 503, headers: {}, body: { kind: 'Status' } };
}
