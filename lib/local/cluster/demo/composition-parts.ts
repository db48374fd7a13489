import { createHash } from 'node:crypto';
import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import { websiteKind, workspaceKind } from './composition-kinds.ts';
import { controllerReference } from './owned-object.ts';

const compositionLabel = 'krateo.io/composition-id';

type WebsiteSpec = { readonly theme: string; readonly replicas: number; readonly host: string };
type WorkspaceSpec = { readonly owner: string };

/** The objects that a composition stands for. */
export function compositionParts(composition: KubernetesObject): KubernetesObject[] {
  if (composition.kind === websiteKind.kind) return website(composition, composition['spec'] as WebsiteSpec);
  if (composition.kind === workspaceKind.kind) {
    return workspace(composition, composition['spec'] as WorkspaceSpec);
  }
  return [];
}

function website(composition: KubernetesObject, { theme, replicas, host }: WebsiteSpec): KubernetesObject[] {
  const { name = '' } = composition.metadata;
  const selector = { 'app.kubernetes.io/instance': name };
  return [
    part(composition, 'v1', 'ConfigMap', `${name}-site`, {
      data: { 'site.ini': `host=${host}\ntheme=${theme}\n` },
    }),
    part(composition, 'v1', 'Service', name, {
      spec: { selector, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    }),
    part(composition, 'apps/v1', 'Deployment', name, {
      spec: {
        replicas,
        selector: { matchLabels: selector },
        template: {
          metadata: { labels: selector },
          spec: {
            containers: [
              {
                name: 'web',
                image: `images.example/website:${theme}`,
                ports: [{ name: 'http', containerPort: 8080 }],
                readinessProbe: { httpGet: { path: '/', port: 'http' } },
              },
            ],
          },
        },
      },
    }),
  ];
}

function workspace(composition: KubernetesObject, { owner }: WorkspaceSpec): KubernetesObject[] {
  const { name = '', uid = '' } = composition.metadata;
  // Nothing to guard, but it has to look like a secret so that redaction can be seen.
  const password = createHash('sha256').update(uid).digest('base64url').slice(0, 20);
  return [
    part(composition, 'v1', 'ConfigMap', `${name}-settings`, { data: { owner, editor: 'vi' } }),
    part(composition, 'v1', 'Secret', `${name}-login`, {
      type: 'kubernetes.io/basic-auth',
      stringData: { username: owner, password },
    }),
    part(composition, 'batch/v1', 'Job', `${name}-setup`, {
      spec: {
        backoffLimit: 2,
        template: {
          metadata: {},
          spec: {
            restartPolicy: 'Never',
            containers: [{ name: 'setup', image: 'images.example/workspace-setup:2.3', args: [owner] }],
          },
        },
      },
    }),
  ];
}

function part(
  composition: KubernetesObject,
  apiVersion: string,
  kind: string,
  name: string,
  content: object,
): KubernetesObject {
  const { namespace, uid = '' } = composition.metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { [compositionLabel]: uid, 'app.kubernetes.io/managed-by': 'composition-controller' },
      ownerReferences: [controllerReference(composition)],
    },
    ...content,
  };
}
