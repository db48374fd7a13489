import { isDeepStrictEqual } from 'node:util';

import { asFields, asList, type Fields } from '../defaults/fill.ts';
import { defaultPod, qosClassOf } from '../defaults/pod-spec.ts';
import { type FieldProblem, forbidden } from '../validation/field-problem.ts';
import { podSpecProblems } from '../validation/pod-spec.ts';
import { podSpecDifference } from '../validation/pod-spec-difference.ts';
import type { Strategy } from './strategy.ts';

/** Tolerations that admission gives every pod: five minutes on a node that is away. */
const defaultTolerationSeconds = 300;

/** Pods: immutable for the most part, with a grace period, and no controller here that would run them. */
export const podStrategy: Strategy = {
  defaults: (object) => ({
    ...object,
    spec: defaultPod(asFields(object['spec'])),
    ...(object['status'] === undefined ? {} : { status: withAddresses(asFields(object['status'])) }),
  }),
  prepare: (object, before) => ({
    ...object,
    status: before?.['status'] ?? { phase: 'Pending', qosClass: qosClassOf(asFields(object['spec'])) },
  }),
  prepareStatus: (object) => ({ ...object, status: withAddresses(asFields(object['status'])) }),
  admit: (cluster, object, before) => {
    if (before !== undefined) return object;
    return { ...object, spec: withPriority(cluster.priorityOf, withTolerations(asFields(object['spec']))) };
  },
  validate: (object, before) =>
    before === undefined
      ? podSpecProblems(asFields(object['spec']), 'spec')
      : changeProblems(asFields(object['spec']), asFields(before['spec'])),
  graceSeconds: (object, asked) => {
    const spec = asFields(object['spec']);
    const phase = asFields(object['status'])['phase'];
    // Nobody has to stop what runs nowhere or has ended.
    if (!spec['nodeName'] || phase === 'Succeeded' || phase === 'Failed') return 0;
    return asked ?? Number(spec['terminationGracePeriodSeconds'] ?? 30);
  },
};

/** The single address of older clients and the list of newer ones say the same. */
function withAddresses(status: Fields): Fields {
  const { podIP, podIPs } = status;
  if (typeof podIP === 'string' && podIP !== '' && podIPs === undefined) {
    return { ...status, podIPs: [{ ip: podIP }] };
  }
  const [first] = asList(podIPs).map(asFields);
  return podIP === undefined && first !== undefined ? { ...status, podIP: first['ip'] } : status;
}

function withTolerations(spec: Fields): Fields {
  const given = asList(spec['tolerations']).map(asFields);
  const tolerates = (key: string) =>
    given.some(
      (toleration) =>
        (toleration['key'] === key || (!toleration['key'] && toleration['operator'] === 'Exists')) &&
        (toleration['effect'] === 'NoExecute' || !toleration['effect']),
    );
  const added = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
    .filter((key) => !tolerates(key))
    .map((key) => ({
      key,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: defaultTolerationSeconds,
    }));
  return { ...spec, tolerations: [...given, ...added] };
}

function withPriority(priorityOf: (className: string) => number, spec: Fields): Fields {
  const className = spec['priorityClassName'];
  return {
    ...spec,
    priority: typeof className === 'string' && className !== '' ? priorityOf(className) : 0,
    preemptionPolicy: spec['preemptionPolicy'] ?? 'PreemptLowerPriority',
  };
}

const mayChange =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,' +
  '`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),' +
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

function changeProblems(spec: Fields, before: Fields): readonly FieldProblem[] {
  if (isDeepStrictEqual(fixedPart(spec), fixedPart(before))) return [];
  return [forbidden('spec', `${mayChange}\n${podSpecDifference(before, spec)}`)];
}

/** The spec without what updates may change. */
function fixedPart(spec: Fields): unknown {
  const { tolerations: _tolerations, activeDeadlineSeconds: _deadline, ...rest } = spec;
  const withoutImages = (list: unknown) =>
    asList(list)
      .map(asFields)
      .map(({ image: _image, ...container }) => container);
  return {
    ...rest,
    containers: withoutImages(spec['containers']),
    initContainers: withoutImages(spec['initContainers']),
  };
}
