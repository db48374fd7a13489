import type { KubernetesRequest } from '../../lib/core/kubernetes-request.ts';
import { eventually } from './eventually.ts';

/** Long enough for a namespace controller with a busy cluster. */
const goneWithinMs = 60_000;
/** A namespace controller says within this what it is about to do. */
const controllerSpeaksWithinMs = 10_000;

/**
 * Deletes what a test has made in a real cluster and waits until it is gone. A bare API server has no controller
 * that empties namespaces: there they stay `Terminating`, which is told and is not the test's failure.
 */
export async function removeAll(
  request: KubernetesRequest,
  namespaces: readonly string[],
  paths: readonly string[],
): Promise<void> {
  const namespacePaths = namespaces.map((name) => `/api/v1/namespaces/${name}`);
  for (const path of [...paths, ...namespacePaths]) await request({ method: 'DELETE', path });
  for (const path of paths) await untilGone(request, path, goneWithinMs);
  for (const path of namespacePaths) {
    if (await hasController(request, path)) await untilGone(request, path, goneWithinMs);
    else console.warn(`${path} stays Terminating: nothing in this cluster removes namespaces`);
  }
}

async function untilGone(request: KubernetesRequest, path: string, timeoutMs: number): Promise<void> {
  await eventually(async () => {
    const { status } = await request({ method: 'GET', path });
    if (status !== 404) throw new Error(`${path} is still there: ${status}`);
  }, timeoutMs);
}

/** The controller of namespaces writes conditions first, or is done already. */
async function hasController(request: KubernetesRequest, path: string): Promise<boolean> {
  const until = performance.now() + controllerSpeaksWithinMs;
  do {
    const { status, body } = await request({ method: 'GET', path });
    if (status === 404) return true;
    if (((body as { status?: { conditions?: unknown[] } }).status?.conditions ?? []).length > 0) return true;
    await new Promise((resolve) => setTimeout(resolve, 250));
  } while (performance.now() < until);
  return false;
}
