import { describe, expect, it } from 'vitest';
import { parseKubeRequest } from './kube-request.ts';

const parse = (path: string) => parseKubeRequest(new URL(path, 'http://mirror'));
const now = { cluster: undefined, at: undefined, deleted: false };
const objects = { kind: 'objects', namespace: '', name: undefined, subresource: undefined };

describe('parseKubeRequest()', () => {
  it.each([
    ['/version', { kind: 'version' }],
    ['/api', { kind: 'root', root: '/api' }],
    ['/apis/', { kind: 'root', root: '/apis' }],
    ['/apis/apps', { kind: 'group', group: 'apps' }],
    ['/api/v1', { kind: 'group-version', group: '', version: 'v1' }],
    ['/apis/apps/v1', { kind: 'group-version', group: 'apps', version: 'v1' }],
    ['/api/v1/pods', { ...objects, group: '', version: 'v1', resource: 'pods' }],
    ['/api/v1/namespaces', { ...objects, group: '', version: 'v1', resource: 'namespaces' }],
    [
      '/api/v1/namespaces/shop',
      { ...objects, group: '', version: 'v1', resource: 'namespaces', name: 'shop' },
    ],
    ['/api/v1/nodes/n1', { ...objects, group: '', version: 'v1', resource: 'nodes', name: 'n1' }],
    [
      '/apis/apps/v1/namespaces/shop/deployments',
      { ...objects, group: 'apps', version: 'v1', resource: 'deployments', namespace: 'shop' },
    ],
    [
      '/apis/apps/v1/namespaces/shop/deployments/a%3Ab/status',
      {
        ...objects,
        group: 'apps',
        version: 'v1',
        resource: 'deployments',
        namespace: 'shop',
        name: 'a:b',
        subresource: 'status',
      },
    ],
  ])('reads %s', (path, target) => {
    expect(parse(path)).toEqual({ view: now, target });
  });

  it.each([
    ['/at/2026-11-20T10:00:00Z/api', { ...now, at: '2026-11-20T10:00:00Z' }],
    ['/api?at=2026-11-20T10:00:00Z', { ...now, at: '2026-11-20T10:00:00Z' }],
    ['/deleted/api', { ...now, deleted: true }],
    ['/api?deleted=true', { ...now, deleted: true }],
    ['/clusters/far/deleted/api', { ...now, cluster: 'far', deleted: true }],
  ])('reads the view of %s', (path, view) => {
    expect(parse(path)).toEqual({ view, target: { kind: 'root', root: '/api' } });
  });

  it.each(['/', '/resources', '/version/x', '/clusters', '/at', '/%E0%A4%A/api'])(
    'leaves %s to others',
    (path) => {
      expect(parse(path)).toBeUndefined();
    },
  );
});
