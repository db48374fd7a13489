import { describe, expect, it } from 'vitest';
import { resolveClusterName } from './cluster-name.ts';

const kubeadm = (name: string) => ({
  data: { ClusterConfiguration: `apiServer: {}\nclusterName: ${name}\nkind: ClusterConfiguration\n` },
});

describe('resolveClusterName()', () => {
  it('asks nobody where CLUSTER_NAME or the kubeconfig says it', async () => {
    const request = () => Promise.reject(new Error('asked'));
    expect(await resolveClusterName({ configured: 'prod', contextCluster: 'other', request })).toBe('prod');
    expect(await resolveClusterName({ contextCluster: 'other', request })).toBe('other');
  });

  it('takes the name that kubeadm was given', async () => {
    expect(await resolveClusterName({ request: serving(kubeadm('"eu-1"')) })).toBe('eu-1');
  });

  it('takes the uid of kube-system where kubeadm has its default name or is unknown', async () => {
    expect(await resolveClusterName({ request: serving(kubeadm('kubernetes')) })).toBe('uid-1');
    expect(await resolveClusterName({ request: serving(undefined) })).toBe('uid-1');
  });

  it('takes no other name where kubeadm has one that may not be read', async () => {
    const forbidden = async ({ path }: { readonly path: string }) =>
      path.includes('kubeadm')
        ? { status: 403, headers: {}, body: {} }
        : { status: 200, headers: {}, body: { metadata: { uid: 'uid-1' } } };
    await expect(resolveClusterName({ request: forbidden })).rejects.toThrow('kubeadm-config answered 403');
  });

  it('says what to do where nothing can be read', async () => {
    const request = async () => ({ status: 403, headers: {}, body: {} });
    await expect(resolveClusterName({ request })).rejects.toThrow('expected CLUSTER_NAME to be set');
  });
});

function serving(configMap: object | undefined) {
  return async ({ path }: { readonly path: string }) => {
    if (path === '/api/v1/namespaces/kube-system') {
      return { status: 200, headers: {}, body: { metadata: { uid: 'uid-1' } } };
    }
    return configMap === undefined
      ? { status: 404, headers: {}, body: {} }
      : { status: 200, headers: {}, body: configMap };
  };
}
