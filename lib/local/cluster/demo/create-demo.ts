import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { KubernetesRequest } from '../../../core/kubernetes-request.ts';
import { createAutoscalerController } from './autoscaler-controller.ts';
import { createCompositionController } from './composition-controller.ts';
import { compositionKinds } from './composition-kinds.ts';
import { createLife } from './create-life.ts';
import { cronJobController } from './cron-job-controller.ts';
import { daemonSetController } from './daemon-set-controller.ts';
import { createDemoApi } from './demo-api.ts';
import { deploymentController } from './deployment-controller.ts';
import { disruptionController } from './disruption-controller.ts';
import { endpointSliceController } from './endpoint-slice-controller.ts';
import { jobController } from './job-controller.ts';
import { createKubelet } from './kubelet.ts';
import { createNodeController } from './node-controller.ts';
import { readManifests } from './read-manifests.ts';
import { readSnapshot } from './read-snapshot.ts';
import { createEventRecorder } from './record-event.ts';
import { replicaSetController } from './replica-set-controller.ts';
import { createScheduler } from './scheduler.ts';
import { statefulSetController } from './stateful-set-controller.ts';
import type { Controller } from './world.ts';

export type DemoDependencies = {
  /** Requests of an administrator. */
  readonly request: KubernetesRequest;
  readonly now: () => Date;
  /** In [0, 1). */
  readonly random: () => number;
  /** Gets what a controller could not do; it tries again at the next step. */
  readonly onError: (error: unknown) => void;
};

export type Demo = {
  /** Creates the objects the demo begins with, where they are not there yet. */
  readonly seed: () => Promise<void>;
  /** Lets all controllers work until nothing is left to do at this moment. */
  readonly step: () => Promise<void>;
};

/** Controllers answer each other within a step; what is not settled by then goes on in the next one. */
const maxPasses = 12;

/**
 * A small living workload, seen from outside like that of a real cluster: controllers, a scheduler and kubelets
 * as clients of the API, and people who change things now and then.
 *
 * A step that finds the cluster's newest version unchanged and no moment come costs one small request.
 */
export function createDemo({ request, now, random, onError }: DemoDependencies): Demo {
  const record = createEventRecorder({ request, now, random });
  const api = createDemoApi(request, 'kube-controller-manager', compositionKinds);
  const kubelet = createDemoApi(request, 'kubelet');
  const people = createDemoApi(request, 'kubectl-edit', compositionKinds);
  const controllers: readonly Controller[] = [
    createNodeController(),
    createLife(people),
    createCompositionController(),
    cronJobController,
    deploymentController,
    replicaSetController,
    statefulSetController,
    daemonSetController,
    jobController,
    createScheduler(request),
    createKubelet(),
    endpointSliceController,
    createAutoscalerController(),
    disruptionController,
  ];
  let settledVersion: string | undefined;
  let wakeAtMs = 0;

  /** @returns whether every controller came through */
  const runControllers = async (): Promise<boolean> => {
    const snapshot = await readSnapshot(api, compositionKinds);
    const world = {
      snapshot,
      api,
      kubelet,
      record,
      now: now(),
      random,
      wakeAt: (atMs: number) => {
        wakeAtMs = Math.min(wakeAtMs, atMs);
      },
    };
    let isThrough = true;
    for (const controller of controllers) {
      try {
        await controller(world);
      } catch (error) {
        isThrough = false;
        onError(error);
      }
    }
    return isThrough;
  };

  return {
    seed: () => seed(request, onError),
    step: async () => {
      for (let pass = 0; pass < maxPasses; pass++) {
        const version = await newestVersion(request);
        if (version === settledVersion && now().getTime() < wakeAtMs) return;
        wakeAtMs = Infinity;
        settledVersion = undefined;
        if (!(await runControllers())) return;
        // Whatever was written meanwhile, by whomever, makes the next pass find another version.
        settledVersion = version;
      }
    },
  };
}

/** The version of a list is that of the whole store, whatever the list holds. */
async function newestVersion(request: KubernetesRequest): Promise<string | undefined> {
  const { status, body } = await request({ method: 'GET', path: '/api/v1/namespaces?limit=1' });
  if (status !== 200) throw new Error(`Cannot ask for the newest version: ${status}`);
  return (body as { metadata: { resourceVersion?: string } }).metadata.resourceVersion;
}

async function seed(request: KubernetesRequest, onError: (error: unknown) => void): Promise<void> {
  const api = createDemoApi(request, 'kubectl-create', compositionKinds);
  for (const object of readManifests()) {
    try {
      await createOnceServed(api.create, object);
    } catch (error) {
      onError(error);
    }
  }
}

/** A definition is served a moment after it was created; until then its instances are 404. */
async function createOnceServed(
  create: ReturnType<typeof createDemoApi>['create'],
  object: KubernetesObject,
): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const created = await create(object);
    if (created.kind === 'done' || created.status === 409) return;
  }
  throw new Error(`Cannot create ${object.kind} ${object.metadata.name}: it is not served`);
}
