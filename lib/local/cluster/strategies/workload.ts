import { isDeepStrictEqual } from 'node:util';

import { type ObjectLabelSelector, objectSelectorMatcher } from '../../../core/object-label-selector.ts';
import { asFields, type Fields } from '../defaults/fill.ts';
import { workloadDefaults } from '../defaults/workloads.ts';
import { type FieldProblem, invalid, required } from '../validation/field-problem.ts';
import { podSpecProblems } from '../validation/pod-spec.ts';
import type { Strategy } from './strategy.ts';

/** Deployments, ReplicaSets, StatefulSets and DaemonSets: a selector that fits the template and never changes. */
export function workloadStrategy(storage: string): Strategy {
  const defaults = workloadDefaults[storage] ?? ((spec: Fields) => spec);
  return {
    defaults: (object) => ({ ...object, spec: defaults(asFields(object['spec'])) }),
    validate: (object, before) => [
      ...specProblems(asFields(object['spec'])),
      ...(before === undefined
        ? []
        : selectorChange(asFields(object['spec'])['selector'], asFields(before['spec'])['selector'])),
    ],
  };
}

function specProblems(spec: Fields): readonly FieldProblem[] {
  const { selector, replicas } = spec;
  const template = asFields(spec['template']);
  const labels = asFields(asFields(template['metadata'])['labels']);
  const problems: FieldProblem[] = [];
  if (typeof replicas === 'number' && replicas < 0) {
    problems.push(invalid('spec.replicas', replicas, 'must be greater than or equal to 0'));
  }
  if (selector === undefined || selector === null) problems.push(required('spec.selector'));
  else if (!objectSelectorMatcher(selector as ObjectLabelSelector)(labels as Record<string, string>)) {
    problems.push(
      invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'),
    );
  }
  return [...problems, ...podSpecProblems(asFields(template['spec']), 'spec.template.spec')];
}

function selectorChange(selector: unknown, before: unknown): readonly FieldProblem[] {
  if (isDeepStrictEqual(selector, before)) return [];
  return [invalid('spec.selector', selector, 'field is immutable')];
}
