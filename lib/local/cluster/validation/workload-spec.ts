import { isDeepStrictEqual } from 'node:util';
import { type ObjectLabelSelector, objectSelectorMatcher } from '../../../core/object-label-selector.ts';
import { asFields, asList, asText, asTexts, type Fields, isSet } from '../defaults/fill.ts';
import { type FieldProblem, forbidden, invalid, notSupported, required } from './field-problem.ts';
import { amountOf } from './int-or-percent.ts';
import { isEmptySelector, labelSelectorProblems } from './label-selector.ts';
import { nonNegative } from './non-negative.ts';
import { validateAnnotations, validateLabels } from './object-meta.ts';
import { podSpecProblems } from './pod-spec.ts';
import {
  daemonStrategyProblems,
  deploymentStrategyProblems,
  statefulPolicyProblems,
} from './rollout-strategy.ts';

/** Problems of the spec of one sort of workload; `before` is the live one's, of an update. */
export const workloadProblems: Readonly<
  Record<string, (spec: Fields, before: Fields | undefined) => readonly FieldProblem[]>
> = {
  'apps/deployments': (spec, before) => [
    ...nonNegative(spec, 'spec', ['replicas']),
    ...selectorProblems(spec, 'deployment'),
    ...templateProblems(spec, 'ReplicaSet'),
    ...deploymentStrategyProblems(asFields(spec['strategy']), 'spec.strategy'),
    ...nonNegative(spec, 'spec', ['minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds']),
    ...(amountOf(spec['progressDeadlineSeconds'] ?? 600) > amountOf(spec['minReadySeconds'])
      ? []
      : [
          invalid(
            'spec.progressDeadlineSeconds',
            spec['progressDeadlineSeconds'],
            'must be greater than minReadySeconds',
          ),
        ]),
    ...immutableSelector(spec, before),
  ],
  'apps/replicasets': (spec, before) => [
    ...nonNegative(spec, 'spec', ['replicas', 'minReadySeconds']),
    // The server's own words.
    ...selectorProblems(spec, 'deployment'),
    ...templateProblems(spec, 'ReplicaSet'),
    ...immutableSelector(spec, before),
  ],
  'apps/daemonsets': (spec, before) => [
    ...(isEmptySelector(spec['selector']) && isSet(spec['selector'])
      ? [invalid('spec.selector', spec['selector'], 'empty selector is invalid for daemonset')]
      : labelSelectorProblems(spec['selector'], 'spec.selector')),
    ...templateProblems(spec, 'DaemonSet'),
    ...nonNegative(spec, 'spec', ['minReadySeconds', 'revisionHistoryLimit']),
    ...daemonStrategyProblems(asFields(spec['updateStrategy']), 'spec.updateStrategy'),
    ...immutableSelector(spec, before),
  ],
  'apps/statefulsets': (spec, before) => [
    ...statefulPolicyProblems(spec),
    ...nonNegative(spec, 'spec', ['replicas', 'minReadySeconds', 'revisionHistoryLimit']),
    ...selectorProblems(spec, 'statefulset'),
    ...templateProblems(spec, 'StatefulSet'),
    ...(before === undefined || isDeepStrictEqual(fixedPart(spec), fixedPart(before))
      ? []
      : [forbidden('spec', statefulSetMayChange)]),
  ],
  replicationcontrollers: (spec) => {
    const selector = asFields(spec['selector']);
    const isEmpty = Object.keys(selector).length === 0;
    return [
      ...nonNegative(spec, 'spec', ['minReadySeconds']),
      ...(isEmpty ? [required('spec.selector')] : []),
      ...nonNegative(spec, 'spec', ['replicas']),
      ...templateProblems({ ...spec, selector: { matchLabels: selector } }, 'ReplicationController'),
    ];
  },
};

const mutableOfStatefulSets = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];
const statefulSetMayChange =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

function fixedPart(spec: Fields): Fields {
  return Object.fromEntries(Object.entries(spec).filter(([name]) => !mutableOfStatefulSets.includes(name)));
}

function selectorProblems(spec: Fields, kind: string): readonly FieldProblem[] {
  const { selector } = spec;
  if (!isSet(selector)) return [required('spec.selector')];
  return [
    ...labelSelectorProblems(selector, 'spec.selector'),
    ...(isEmptySelector(selector)
      ? [invalid('spec.selector', selector, `empty selector is invalid for ${kind}`)]
      : []),
  ];
}

function immutableSelector(spec: Fields, before: Fields | undefined): readonly FieldProblem[] {
  if (before === undefined || isDeepStrictEqual(spec['selector'], before['selector'])) return [];
  return [invalid('spec.selector', spec['selector'], 'field is immutable')];
}

/** What is made from the template must be found by the selector, and go on until somebody ends it. */
function templateProblems(spec: Fields, kind: string): readonly FieldProblem[] {
  const template = asFields(spec['template']);
  const { labels, annotations } = asFields(template['metadata']);
  const pod = asFields(template['spec']);
  const claims = asList(spec['volumeClaimTemplates']).map((claim) =>
    asText(asFields(asFields(claim)['metadata'])['name']),
  );
  const policy = asText(pod['restartPolicy']);
  const isFound =
    isSet(spec['selector']) &&
    objectSelectorMatcher(spec['selector'] as ObjectLabelSelector)(asTexts(labels));
  return [
    ...(isFound
      ? []
      : [
          invalid(
            'spec.template.metadata.labels',
            labels ?? null,
            '`selector` does not match template `labels`',
          ),
        ]),
    ...validateLabels(asTexts(labels), 'spec.template.labels'),
    ...validateAnnotations(asTexts(annotations), 'spec.template.annotations'),
    ...podSpecProblems(pod, 'spec.template.spec', claims),
    ...(policy === '' || policy === 'Always'
      ? []
      : [notSupported('spec.template.spec.restartPolicy', policy, ['Always'])]),
    ...(isSet(pod['activeDeadlineSeconds'])
      ? [
          forbidden(
            'spec.template.spec.activeDeadlineSeconds',
            `activeDeadlineSeconds in ${kind} is not Supported`,
          ),
        ]
      : []),
  ];
}
