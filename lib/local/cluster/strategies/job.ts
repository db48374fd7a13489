import { asFields, asTexts, type Fields } from '../defaults/fill.ts';
import { workloadDefaults } from '../defaults/workloads.ts';
import { cronJobSpecProblems, jobChangeProblems, jobSpecProblems } from '../validation/job-spec.ts';
import type { Strategy } from './strategy.ts';

/** Jobs select their pods by their own uid, unless told otherwise. */
export const jobStrategy: Strategy = {
  // A promise to clients from before there was a collector.
  defaultPropagation: 'Orphan',
  defaults: (object) => ({ ...object, spec: defaults('batch/jobs', asFields(object['spec'])) }),
  admit: (_cluster, object, before) => {
    const spec = asFields(object['spec']);
    if (before !== undefined || spec['manualSelector'] === true) return object;
    const { uid = '', name = '' } = object.metadata;
    const own = {
      'batch.kubernetes.io/controller-uid': uid,
      'batch.kubernetes.io/job-name': name,
      'controller-uid': uid,
      'job-name': name,
    };
    const template = asFields(spec['template']);
    const templateMetadata = asFields(template['metadata']);
    return {
      ...object,
      metadata: {
        ...object.metadata,
        labels: { ...asTexts(templateMetadata['labels']), ...object.metadata.labels, ...own },
      },
      spec: {
        ...spec,
        selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } },
        template: {
          ...template,
          metadata: { ...templateMetadata, labels: { ...asTexts(templateMetadata['labels']), ...own } },
        },
      },
    };
  },
  validate: (object, before) => {
    const spec = asFields(object['spec']);
    return [
      ...jobSpecProblems(spec, 'spec'),
      ...(before === undefined ? [] : jobChangeProblems(spec, asFields(before['spec']))),
    ];
  },
};

/** CronJobs carry a template of Jobs. */
export const cronJobStrategy: Strategy = {
  defaults: (object) => ({ ...object, spec: defaults('batch/cronjobs', asFields(object['spec'])) }),
  validate: (object) => cronJobSpecProblems(asFields(object['spec'])),
};

function defaults(storage: string, spec: Fields): Fields {
  return workloadDefaults[storage]?.(spec) ?? spec;
}
