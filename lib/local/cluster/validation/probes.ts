import { asFields, type Fields } from '../defaults/fill.ts';
import { type FieldProblem, forbidden, invalid } from './field-problem.ts';
import { handlerProblems } from './handler.ts';
import { nonNegative } from './non-negative.ts';

const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'];
const amounts = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
];

/** Problems of a container's hooks and probes. */
export function probeProblems(container: Fields, path: string): readonly FieldProblem[] {
  const hooks = asFields(container['lifecycle']);
  return [
    ...['postStart', 'preStop']
      .filter((hook) => hooks[hook] !== undefined)
      .flatMap((hook) => handlerProblems(asFields(hooks[hook]), `${path}.lifecycle.${hook}`)),
    ...probes
      .filter((name) => container[name] !== undefined)
      .flatMap((name) => problemsOf(name, asFields(container[name]), `${path}.${name}`)),
  ];
}

/** Problems of the same fields of an init container: only one that goes on beside the others may have them. */
export function initProbeProblems(container: Fields, path: string): readonly FieldProblem[] {
  if (container['restartPolicy'] === 'Always') return probeProblems(container, path);
  return ['lifecycle', ...probes]
    .filter((name) => container[name] !== undefined)
    .map((name) =>
      forbidden(`${path}.${name}`, 'may not be set for init containers without restartPolicy=Always'),
    );
}

function problemsOf(name: string, probe: Fields, path: string): readonly FieldProblem[] {
  const successes = probe['successThreshold'];
  return [
    ...handlerProblems(probe, path),
    ...nonNegative(probe, path, amounts),
    ...(name !== 'readinessProbe' && successes !== undefined && successes !== 1
      ? [invalid(`${path}.successThreshold`, successes, 'must be 1')]
      : []),
  ];
}
