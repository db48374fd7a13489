import type { KubernetesObject, ObjectMeta } from '../../../core/kubernetes-object.ts';
import type { ObjectLabelSelector } from '../../../core/object-label-selector.ts';

// The parts of built-in objects that the demo's controllers look at. The API server has filled in defaults.

export type Condition = {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
  readonly lastUpdateTime?: string;
};

export type Container = {
  readonly name: string;
  readonly image: string;
  readonly imagePullPolicy?: string;
  readonly readinessProbe?: Readonly<Record<string, unknown>>;
  readonly ports?: readonly { readonly containerPort: number; readonly name?: string }[];
};

export type ContainerState = {
  readonly waiting?: { readonly reason: string; readonly message?: string };
  readonly running?: { readonly startedAt: string };
  readonly terminated?: {
    readonly exitCode: number;
    readonly reason: string;
    readonly startedAt: string;
    readonly finishedAt: string;
    readonly containerID: string;
  };
};

export type ContainerStatus = {
  readonly name: string;
  readonly image: string;
  readonly imageID: string;
  readonly containerID?: string;
  readonly ready: boolean;
  readonly started: boolean;
  readonly restartCount: number;
  readonly state: ContainerState;
  readonly lastState: ContainerState;
};

export type PodTemplate = {
  readonly metadata: Pick<ObjectMeta, 'labels' | 'annotations'>;
  readonly spec: Record<string, unknown>;
};

export type Pod = KubernetesObject & {
  readonly spec: {
    readonly nodeName?: string;
    readonly containers: readonly Container[];
    readonly restartPolicy: string;
    readonly schedulerName?: string;
    readonly nodeSelector?: Readonly<Record<string, string>>;
  };
  readonly status: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly startTime?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
};

type Selector = { readonly matchLabels?: Readonly<Record<string, string>> };

export type Deployment = KubernetesObject & {
  readonly spec: {
    readonly replicas: number;
    readonly paused?: boolean;
    readonly selector: Selector;
    readonly revisionHistoryLimit?: number;
    readonly strategy: {
      readonly type: string;
      readonly rollingUpdate?: {
        readonly maxSurge?: number | string;
        readonly maxUnavailable?: number | string;
      };
    };
    readonly template: PodTemplate;
  };
  readonly status: { readonly conditions?: readonly Condition[] };
};

export type ReplicaSet = KubernetesObject & {
  readonly spec: { readonly replicas: number; readonly template: PodTemplate };
  readonly status: {
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly terminatingReplicas?: number;
  };
};

export type StatefulSet = KubernetesObject & {
  readonly spec: {
    readonly replicas: number;
    readonly serviceName?: string;
    readonly podManagementPolicy?: string;
    readonly template: PodTemplate;
  };
  readonly status: { readonly currentRevision?: string };
};

export type DaemonSet = KubernetesObject & { readonly spec: { readonly template: PodTemplate } };

export type Job = KubernetesObject & {
  readonly spec: {
    readonly completions?: number;
    readonly parallelism?: number;
    readonly backoffLimit?: number;
    readonly suspend?: boolean;
    readonly template: PodTemplate;
  };
  readonly status: {
    readonly startTime?: string;
    readonly completionTime?: string;
    readonly conditions?: readonly Condition[];
  };
};

export type CronJob = KubernetesObject & {
  readonly spec: {
    readonly schedule: string;
    readonly suspend?: boolean;
    readonly concurrencyPolicy?: string;
    readonly successfulJobsHistoryLimit?: number;
    readonly failedJobsHistoryLimit?: number;
    readonly jobTemplate: {
      readonly metadata?: Pick<ObjectMeta, 'labels' | 'annotations'>;
      readonly spec: Record<string, unknown>;
    };
  };
  readonly status: { readonly lastScheduleTime?: string };
};

export type Service = KubernetesObject & {
  readonly spec: {
    readonly selector?: Readonly<Record<string, string>>;
    readonly ports?: readonly {
      readonly name?: string;
      readonly port: number;
      readonly protocol?: string;
      readonly targetPort?: number | string;
    }[];
  };
};

export type Autoscaler = KubernetesObject & {
  readonly spec: { readonly scaleTargetRef: { readonly kind: string; readonly name: string } };
};

export type DisruptionBudget = KubernetesObject & {
  readonly spec: {
    readonly minAvailable?: number | string;
    readonly maxUnavailable?: number | string;
    readonly selector?: ObjectLabelSelector;
  };
};
