import { asFields, asList, type Fields } from '../defaults/fill.ts';
import { type FieldProblem, forbidden, notSupported, required } from './field-problem.ts';
import { portProblems } from './port.ts';

const kinds: Readonly<Record<string, (action: Fields, path: string) => readonly FieldProblem[]>> = {
  exec: (action, path) => (asList(action['command']).length === 0 ? [required(`${path}.command`)] : []),
  httpGet: (action, path) => [
    ...portProblems(`${path}.port`, action['port']),
    ...(action['scheme'] === 'HTTP' || action['scheme'] === 'HTTPS'
      ? []
      : [notSupported(`${path}.scheme`, action['scheme'], ['HTTP', 'HTTPS'])]),
  ],
  tcpSocket: (action, path) => portProblems(`${path}.port`, action['port']),
  grpc: (action, path) => portProblems(`${path}.port`, action['port']),
  sleep: () => [],
};

/** Problems of what a probe or a lifecycle hook does: exactly one thing. */
export function handlerProblems(handler: Fields, path: string): readonly FieldProblem[] {
  const given = Object.keys(kinds).filter((kind) => handler[kind] !== undefined && handler[kind] !== null);
  if (given.length === 0) return [required(path, 'must specify a handler type')];
  return given.flatMap((kind, index) =>
    index > 0
      ? [forbidden(`${path}.${kind}`, 'may not specify more than 1 handler type')]
      : (kinds[kind]?.(asFields(handler[kind]), `${path}.${kind}`) ?? []),
  );
}
