import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { CustomKind, DemoApi } from './demo-api.ts';
import type {
  Autoscaler,
  CronJob,
  DaemonSet,
  Deployment,
  DisruptionBudget,
  Job,
  Pod,
  ReplicaSet,
  Service,
  StatefulSet,
} from './workload-objects.ts';

/** What the controllers of one pass look at. */
export type Snapshot = {
  readonly deployments: readonly Deployment[];
  readonly replicaSets: readonly ReplicaSet[];
  readonly statefulSets: readonly StatefulSet[];
  readonly daemonSets: readonly DaemonSet[];
  readonly revisions: readonly KubernetesObject[];
  readonly jobs: readonly Job[];
  readonly cronJobs: readonly CronJob[];
  readonly pods: readonly Pod[];
  readonly services: readonly Service[];
  readonly endpointSlices: readonly KubernetesObject[];
  readonly autoscalers: readonly Autoscaler[];
  readonly disruptionBudgets: readonly DisruptionBudget[];
  readonly nodes: readonly KubernetesObject[];
  readonly compositions: readonly KubernetesObject[];
  /** Those of `objects` that the object with this uid controls. */
  readonly ownedBy: <T extends KubernetesObject>(objects: readonly T[], uid: string | undefined) => T[];
};

/** Lists everything the controllers need. The lists are not of one moment; controllers bear that anyway. */
export async function readSnapshot(api: DemoApi, compositionKinds: readonly CustomKind[]): Promise<Snapshot> {
  const list = async <T extends KubernetesObject>(apiVersion: string, kind: string) =>
    (await api.list({ apiVersion, kind })) as T[];
  const [
    deployments,
    replicaSets,
    statefulSets,
    daemonSets,
    revisions,
    jobs,
    cronJobs,
    pods,
    services,
    endpointSlices,
    autoscalers,
    disruptionBudgets,
    nodes,
    ...compositions
  ] = await Promise.all([
    list<Deployment>('apps/v1', 'Deployment'),
    list<ReplicaSet>('apps/v1', 'ReplicaSet'),
    list<StatefulSet>('apps/v1', 'StatefulSet'),
    list<DaemonSet>('apps/v1', 'DaemonSet'),
    list('apps/v1', 'ControllerRevision'),
    list<Job>('batch/v1', 'Job'),
    list<CronJob>('batch/v1', 'CronJob'),
    list<Pod>('v1', 'Pod'),
    list<Service>('v1', 'Service'),
    list('discovery.k8s.io/v1', 'EndpointSlice'),
    list<Autoscaler>('autoscaling/v2', 'HorizontalPodAutoscaler'),
    list<DisruptionBudget>('policy/v1', 'PodDisruptionBudget'),
    list('v1', 'Node'),
    ...compositionKinds.map(({ apiVersion, kind }) => list(apiVersion, kind)),
  ]);
  return {
    deployments,
    replicaSets,
    statefulSets,
    daemonSets,
    revisions,
    jobs,
    cronJobs,
    pods,
    services,
    endpointSlices,
    autoscalers,
    disruptionBudgets,
    nodes,
    compositions: compositions.flat(),
    ownedBy: indexByOwner(),
  };
}

/** Each list is indexed once, when it is first asked for. */
function indexByOwner(): Snapshot['ownedBy'] {
  const indexes = new Map<readonly KubernetesObject[], Map<string, KubernetesObject[]>>();
  return <T extends KubernetesObject>(objects: readonly T[], uid: string | undefined) => {
    let index = indexes.get(objects);
    if (index === undefined) {
      index = Map.groupBy(objects, (object) => controllerUid(object) ?? '');
      indexes.set(objects, index);
    }
    return (uid === undefined ? [] : (index.get(uid) ?? [])) as T[];
  };
}

function controllerUid(object: KubernetesObject): string | undefined {
  return object.metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid;
}
