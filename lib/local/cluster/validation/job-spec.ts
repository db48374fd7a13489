import { isDeepStrictEqual } from 'node:util';
import { asFields, asText, type Fields } from '../defaults/fill.ts';
import { type FieldProblem, invalid, notSupported, required } from './field-problem.ts';
import { nonNegative } from './non-negative.ts';
import { oneOf } from './one-of.ts';
import { podSpecProblems } from './pod-spec.ts';

const amounts = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
];

/** Problems of a Job's spec, alone or in the template of a CronJob. */
export function jobSpecProblems(spec: Fields, path: string): readonly FieldProblem[] {
  const pod = asFields(asFields(spec['template'])['spec']);
  const at = `${path}.template.spec`;
  return [
    ...nonNegative(spec, path, amounts),
    ...oneOf(spec, path, 'completionMode', ['Indexed', 'NonIndexed']),
    ...(spec['completionMode'] === 'Indexed' && spec['completions'] === undefined
      ? [required(`${path}.completions`, 'when completion mode is Indexed')]
      : []),
    ...podSpecProblems(pod, at),
    ...restartProblems(asText(pod['restartPolicy']), `${at}.restartPolicy`),
  ];
}

/** What of a Job cannot change; its template only while it has not begun. */
export function jobChangeProblems(spec: Fields, before: Fields): readonly FieldProblem[] {
  const isSuspended = before['suspend'] === true;
  const fields = ['completions', 'selector', ...(isSuspended ? [] : ['template']), 'completionMode'];
  // An Indexed Job grows and shrinks with its parallelism.
  const isElastic = spec['completionMode'] === 'Indexed' && spec['completions'] === spec['parallelism'];
  return fields
    .filter((field) => !(field === 'completions' && isElastic))
    .filter((field) => !isDeepStrictEqual(spec[field], before[field]))
    .map((field) => invalid(`spec.${field}`, spec[field] ?? null, 'field is immutable'));
}

/** Problems of a CronJob's spec. */
export function cronJobSpecProblems(spec: Fields): readonly FieldProblem[] {
  return [
    ...scheduleProblems(asText(spec['schedule'])),
    ...nonNegative(spec, 'spec', ['startingDeadlineSeconds']),
    ...oneOf(spec, 'spec', 'concurrencyPolicy', ['Allow', 'Forbid', 'Replace']),
    ...nonNegative(spec, 'spec', ['successfulJobsHistoryLimit', 'failedJobsHistoryLimit']),
    ...jobSpecProblems(asFields(asFields(spec['jobTemplate'])['spec']), 'spec.jobTemplate.spec'),
  ];
}

/** Pods of Jobs end; the default of all other pods, which go on, has to be replaced. */
function restartProblems(policy: string, field: string): readonly FieldProblem[] {
  if (policy === 'Always' || policy === '') {
    return [required(field, 'valid values: "OnFailure", "Never"')];
  }
  return policy === 'OnFailure' || policy === 'Never'
    ? []
    : [notSupported(field, policy, ['OnFailure', 'Never'])];
}

/** Counts the fields of a schedule, as the server's parser does first. */
function scheduleProblems(schedule: string): readonly FieldProblem[] {
  if (schedule === '') return [required('spec.schedule')];
  if (schedule.startsWith('@')) return [];
  const fields = schedule.split(/\s+/).filter(Boolean);
  return fields.length === 5
    ? []
    : [
        invalid(
          'spec.schedule',
          schedule,
          `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`,
        ),
      ];
}
