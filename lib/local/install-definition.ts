import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { connectKubernetes } from '../kubernetes/connect-kubernetes.ts';

const file = fileURLToPath(
  new URL('../../knative/renderer/custom-resource-definition.yaml', import.meta.url),
);

const establishedTimeoutMs = 10_000;

/**
 * Gives the development cluster the custom resource that AppConfigs are rendered as, from the same manifest that an
 * installation uses. Somebody else's cluster gets it by his own hand.
 */
export async function installDefinition(kubeconfig: string): Promise<void> {
  const definition = parse(readFileSync(file, 'utf8')) as { metadata: { name: string } };
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${definition.metadata.name}`;
  const connection = await connectKubernetes({
    environment: { KUBECONFIG: kubeconfig },
    userAgent: 'kubemirror/local',
  });
  try {
    const applied = await connection.request({
      method: 'PATCH',
      path: `${path}?fieldManager=kubemirror-local&force=true`,
      headers: { 'content-type': 'application/apply-patch+yaml' },
      body: JSON.stringify(definition),
    });
    if (applied.status !== 200 && applied.status !== 201) {
      throw new Error(`Cannot install ${definition.metadata.name}: the cluster answered ${applied.status}`);
    }
    const deadlineMs = performance.now() + establishedTimeoutMs;
    for (;;) {
      const { body } = await connection.request({ method: 'GET', path });
      if (isEstablished(body)) return;
      if (performance.now() > deadlineMs) {
        throw new Error(`Cannot use ${definition.metadata.name}: it is not established yet`);
      }
      await delay(50);
    }
  } finally {
    await connection.close();
  }
}

function isEstablished(body: unknown): boolean {
  const { status } = body as { status?: { conditions?: { type: string; status: string }[] } };
  return (
    status?.conditions?.some(({ type, status: value }) => type === 'Established' && value === 'True') === true
  );
}
