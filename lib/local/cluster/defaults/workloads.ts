import { asFields, type Fields, fill, mapField, mapItems } from './fill.ts';
import { defaultPodSpec } from './pod-spec.ts';

/** Defaults of the `spec` of Deployments and their like, by storage. */
export const workloadDefaults: Readonly<Record<string, (spec: Fields) => Fields>> = {
  'apps/deployments': (spec) => {
    const filled = fill(spec, {
      replicas: 1,
      strategy: { type: 'RollingUpdate' },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
    });
    return withTemplate(
      mapField(filled, 'strategy', (strategy) =>
        rolling(fill(asFields(strategy), { type: 'RollingUpdate' }), {
          maxUnavailable: '25%',
          maxSurge: '25%',
        }),
      ),
    );
  },
  'apps/replicasets': (spec) => withTemplate(fill(spec, { replicas: 1 })),
  replicationcontrollers: (spec) => {
    const { labels } = asFields(asFields(spec['template'])['metadata']);
    const isSelecting = Object.keys(asFields(spec['selector'])).length > 0;
    return withTemplate(fill(isSelecting ? spec : { ...spec, selector: labels }, { replicas: 1 }));
  },
  'apps/statefulsets': (spec) => {
    const filled = fill(spec, {
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate' },
      replicas: 1,
      revisionHistoryLimit: 10,
      persistentVolumeClaimRetentionPolicy: {},
    });
    const withStrategy = mapField(filled, 'updateStrategy', (strategy) =>
      rolling(fill(asFields(strategy), { type: 'RollingUpdate' }), { partition: 0 }),
    );
    const withPolicy = mapField(withStrategy, 'persistentVolumeClaimRetentionPolicy', (policy) =>
      fill(asFields(policy), { whenDeleted: 'Retain', whenScaled: 'Retain' }),
    );
    const withClaims = mapField(withPolicy, 'volumeClaimTemplates', (claims) =>
      mapItems(claims, (claim) => ({
        ...fill(claim, { kind: 'PersistentVolumeClaim', apiVersion: 'v1', status: { phase: 'Pending' } }),
        spec: fill(asFields(claim['spec']), { volumeMode: 'Filesystem' }),
      })),
    );
    return withTemplate(withClaims);
  },
  'apps/daemonsets': (spec) => {
    const filled = fill(spec, { updateStrategy: { type: 'RollingUpdate' }, revisionHistoryLimit: 10 });
    return withTemplate(
      mapField(filled, 'updateStrategy', (strategy) =>
        rolling(fill(asFields(strategy), { type: 'RollingUpdate' }), { maxUnavailable: 1, maxSurge: 0 }),
      ),
    );
  },
  'batch/jobs': (spec) => {
    const counts =
      spec['completions'] === undefined && spec['parallelism'] === undefined
        ? { completions: 1, parallelism: 1 }
        : { parallelism: 1 };
    return withTemplate(
      fill(spec, {
        ...counts,
        backoffLimit: spec['backoffLimitPerIndex'] === undefined ? 6 : 2_147_483_647,
        completionMode: 'NonIndexed',
        suspend: false,
        podReplacementPolicy: spec['podFailurePolicy'] === undefined ? 'TerminatingOrFailed' : 'Failed',
        manualSelector: false,
      }),
    );
  },
  'batch/cronjobs': (spec) => {
    const filled = fill(spec, {
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    });
    return mapField(filled, 'jobTemplate', (template) =>
      mapField(fill(asFields(template), { metadata: {} }), 'spec', (job) => withTemplate(asFields(job))),
    );
  },
};

function rolling(strategy: Fields, defaults: Fields): Fields {
  if (strategy['type'] !== 'RollingUpdate') return strategy;
  return { ...strategy, rollingUpdate: fill(asFields(strategy['rollingUpdate']), defaults) };
}

function withTemplate(spec: Fields): Fields {
  return mapField(spec, 'template', (template) =>
    mapField(fill(asFields(template), { metadata: {} }), 'spec', (pod) => defaultPodSpec(asFields(pod))),
  );
}
