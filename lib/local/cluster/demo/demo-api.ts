import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { KubernetesRequest } from '../../../core/kubernetes-request.ts';
import { parseApiVersion } from '../../../core/resource-kind.ts';
import { builtInKinds } from '../kinds.ts';

/** What the demo does to the cluster, through its API alone and as one of its components. */
export type DemoApi = {
  /** All objects of a kind; none where the kind is not served. */
  readonly list: (kind: DemoKind) => Promise<KubernetesObject[]>;
  readonly create: (object: KubernetesObject) => Promise<WriteOutcome>;
  /** A JSON merge patch of the object, or of one of its subresources. */
  readonly patch: (object: KubernetesObject, patch: object, subresource?: string) => Promise<WriteOutcome>;
  /** Replaces the object where nobody has changed it since it was read. */
  readonly replace: (object: KubernetesObject) => Promise<WriteOutcome>;
  readonly remove: (object: KubernetesObject) => Promise<WriteOutcome>;
  readonly bind: (pod: KubernetesObject, nodeName: string) => Promise<WriteOutcome>;
};

/**
 * `refused` stands for what controllers meet every day and answer by looking again: the object is gone, is
 * there already, was changed meanwhile, or its namespace is about to go.
 */
export type WriteOutcome =
  | { readonly kind: 'done'; readonly object: KubernetesObject }
  | { readonly kind: 'refused'; readonly status: number };

/** `apiVersion` and `kind` of objects. */
export type DemoKind = { readonly apiVersion: string; readonly kind: string };

/** A kind that is not built in, with its plural. */
export type CustomKind = DemoKind & { readonly resource: string };

type Place = { readonly resource: string; readonly namespaced: boolean };

/**
 * @param manager field manager of its writes, such as `kube-controller-manager`
 * @throws from every function, where the API server answers with an error that no controller expects
 */
export function createDemoApi(
  request: KubernetesRequest,
  manager: string,
  customKinds: readonly CustomKind[] = [],
): DemoApi {
  const places = new Map<string, Place>(
    builtInKinds.map(({ group, version, kind, resource, namespaced }) => [
      `${group === '' ? version : `${group}/${version}`} ${kind}`,
      { resource, namespaced },
    ]),
  );
  for (const { apiVersion, kind, resource } of customKinds) {
    places.set(`${apiVersion} ${kind}`, { resource, namespaced: true });
  }
  const pathOf = (object: KubernetesObject, namespace?: string) => {
    const { group, version } = parseApiVersion(object.apiVersion ?? '');
    const place = places.get(`${object.apiVersion} ${object.kind}`);
    if (place === undefined)
      throw new Error(`Cannot write ${object.apiVersion} ${object.kind}: it is unknown`);
    const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    const inside = place.namespaced && namespace !== undefined ? `/namespaces/${namespace}` : '';
    return `${root}${inside}/${place.resource}`;
  };
  const itemPath = (object: KubernetesObject) =>
    `${pathOf(object, object.metadata.namespace)}/${encodeURIComponent(object.metadata.name ?? '')}`;
  const write = async (what: Parameters<KubernetesRequest>[0]): Promise<WriteOutcome> => {
    const { status, body } = await request(what);
    if (status < 300) return { kind: 'done', object: body as KubernetesObject };
    if (status === 404 || status === 409 || isNamespaceEnding(status, body))
      return { kind: 'refused', status };
    throw new Error(`Cannot ${what.method} ${what.path}: ${status} ${JSON.stringify(body).slice(0, 500)}`);
  };
  const by = `fieldManager=${encodeURIComponent(manager)}`;

  return {
    list: async (kind) => {
      const path = pathOf({ ...kind, metadata: {} });
      const { status, body } = await request({ method: 'GET', path });
      if (status === 404) return [];
      if (status !== 200) throw new Error(`Cannot list ${path}: ${status}`);
      const { items } = body as { items: KubernetesObject[] };
      return items.map((item) => ({ ...item, ...kind }));
    },
    create: (object) =>
      write({ method: 'POST', path: `${pathOf(object, object.metadata.namespace)}?${by}`, body: object }),
    patch: (object, patch, subresource) =>
      write({
        method: 'PATCH',
        path: `${itemPath(object)}${subresource === undefined ? '' : `/${subresource}`}?${by}`,
        headers: { 'content-type': 'application/merge-patch+json' },
        body: patch,
      }),
    replace: (object) => write({ method: 'PUT', path: `${itemPath(object)}?${by}`, body: object }),
    remove: (object) =>
      write({
        method: 'DELETE',
        path: itemPath(object),
        body: {
          kind: 'DeleteOptions',
          apiVersion: 'v1',
          propagationPolicy: 'Background',
          // Whoever has the name by now may not be the one that was looked at.
          preconditions: { uid: object.metadata.uid },
        },
      }),
    bind: (pod, nodeName) =>
      write({
        method: 'POST',
        path: `${itemPath(pod)}/binding`,
        body: {
          apiVersion: 'v1',
          kind: 'Binding',
          metadata: { name: pod.metadata.name, namespace: pod.metadata.namespace },
          target: { apiVersion: 'v1', kind: 'Node', name: nodeName },
        },
      }),
  };
}

function isNamespaceEnding(status: number, body: unknown): boolean {
  const causes = (body as { details?: { causes?: { reason?: string }[] } }).details?.causes ?? [];
  return status === 403 && causes.some(({ reason }) => reason === 'NamespaceTerminating');
}
