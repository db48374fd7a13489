import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import { asFields, asText } from '../defaults/fill.ts';
import { type FieldProblem, invalid, required } from '../validation/field-problem.ts';
import type { Strategy } from './strategy.ts';

const maxTextLength = 128;
const maxMessageLength = 1_024;

/**
 * Events live where the object they are about lives; about cluster-scoped ones they live in `default`. Those
 * with a time of their own are of the newer kind and must say who reports them; through events.k8s.io no
 * others can be created.
 */
export const eventStrategy: Strategy = {
  validate: (event, before, definition) => {
    const isNewApi = definition.group === 'events.k8s.io';
    const reporter = isNewApi ? 'reportingController' : 'reportingComponent';
    const hasTime = typeof event['eventTime'] === 'string';
    return [
      ...(hasTime ? newStyleProblems(event, reporter) : oldStyleProblems(event)),
      ...(isNewApi && before === undefined ? newApiProblems(event) : []),
    ];
  },
};

const mismatch = 'does not match event.namespace';

function oldStyleProblems(event: KubernetesObject): readonly FieldProblem[] {
  const { involved, own } = namespacesOf(event);
  const fits = involved === '' ? own === 'default' || own === '' : involved === own;
  return fits ? [] : [invalid('involvedObject.namespace', involved, mismatch)];
}

function newStyleProblems(event: KubernetesObject, reporter: string): readonly FieldProblem[] {
  const { involved, own } = namespacesOf(event);
  const text = (name: string) => asText(event[name]);
  const problems: FieldProblem[] = [];
  if (involved === '' && own !== 'default' && own !== 'kube-system') {
    problems.push(invalid('involvedObject.namespace', involved, mismatch));
  }
  if (text('reportingComponent') === '') problems.push(required(reporter));
  for (const name of ['reportingInstance', 'action', 'reason']) {
    if (text(name) === '') problems.push(required(name));
    if (text(name).length > maxTextLength) {
      problems.push(invalid(name, '', `can have at most ${maxTextLength} characters`));
    }
  }
  if (text('message').length > maxMessageLength) {
    problems.push(invalid('message', '', `can have at most ${maxMessageLength} characters`));
  }
  return problems;
}

/** What only creations through events.k8s.io are asked for; its fields have their internal names here. */
function newApiProblems(event: KubernetesObject): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (typeof event['eventTime'] !== 'string') problems.push(required('eventTime'));
  const { type } = event;
  if (type !== 'Normal' && type !== 'Warning') {
    problems.push(invalid('type', '', `has invalid value: ${asText(type)}`));
  }
  const source = asFields(event['source']);
  const unset: readonly [name: string, isSet: boolean][] = [
    ['firstTimestamp', typeof event['firstTimestamp'] === 'string'],
    ['lastTimestamp', typeof event['lastTimestamp'] === 'string'],
    ['count', Number(event['count'] ?? 0) !== 0],
    ['source', Object.keys(source).length > 0],
  ];
  for (const [name, isSet] of unset) {
    if (isSet) problems.push(invalid(name, '', 'needs to be unset'));
  }
  return problems;
}

function namespacesOf(event: KubernetesObject): { readonly involved: string; readonly own: string } {
  const { namespace } = asFields(event['involvedObject']);
  return {
    involved: typeof namespace === 'string' ? namespace : '',
    own: event.metadata.namespace ?? '',
  };
}
