import { describe, expect, it } from 'vitest';
import { readCustomResource } from './custom-resource.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { compareVersionPriority } from './version-priority.ts';

describe('readCustomResource()', () => {
  it('takes the storage version where it is served', () => {
    const versions = [
      { name: 'v2', served: true, storage: false },
      { name: 'v1', served: true, storage: true },
    ];
    expect(readCustomResource(definition(versions))).toEqual({
      group: 'example.org',
      version: 'v1',
      resource: 'widgets',
      kind: 'Widget',
      namespaced: true,
    });
  });

  it('takes the best served version where the storage version is not served', () => {
    const versions = [
      { name: 'v1', served: false, storage: true },
      { name: 'v1beta2', served: true, storage: false },
      { name: 'v2', served: true, storage: false },
      { name: 'v10', served: true, storage: false },
    ];
    expect(readCustomResource(definition(versions))?.version).toBe('v10');
  });

  it('knows nothing while the definition is not established or serves no version', () => {
    const served = [{ name: 'v1', served: true, storage: true }];
    const unestablished = { conditions: [{ type: 'Established', status: 'False' }] };
    expect(readCustomResource(definition(served, unestablished))).toBeUndefined();
    expect(readCustomResource(definition([{ name: 'v1', served: false, storage: true }]))).toBeUndefined();
    expect(readCustomResource({ metadata: { name: 'broken' }, spec: { versions: 'x' } })).toBeUndefined();
  });
});

describe('compareVersionPriority()', () => {
  it('orders as the API server does', () => {
    const versions = [
      'foo10',
      'v1alpha2',
      'v11beta2',
      'v2',
      'v10',
      'v1',
      'foo1',
      'v12alpha1',
      'v3beta1',
      'v10beta3',
    ];
    expect(versions.toSorted(compareVersionPriority)).toEqual([
      'v10',
      'v2',
      'v1',
      'v11beta2',
      'v10beta3',
      'v3beta1',
      'v12alpha1',
      'v1alpha2',
      'foo1',
      'foo10',
    ]);
  });
});

function definition(versions: readonly object[], status: object = {}): KubernetesObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.org' },
    spec: { group: 'example.org', scope: 'Namespaced', versions },
    status: {
      acceptedNames: { plural: 'widgets', kind: 'Widget' },
      conditions: [{ type: 'Established', status: 'True' }],
      ...status,
    },
  };
}
