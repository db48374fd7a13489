import { dnsLabelProblems } from '../../../core/name-syntax.ts';
import { asFields, asList, asText } from '../defaults/fill.ts';
import { duplicate, type FieldProblem, forbidden, invalid, required } from './field-problem.ts';

/** Fields without which a source means nothing. */
const neededOf: Readonly<Record<string, string>> = {
  configMap: 'name',
  secret: 'secretName',
  persistentVolumeClaim: 'claimName',
  hostPath: 'path',
};

/** Problems of a pod's volumes, and the names that containers may mount. */
export function checkVolumes(
  volumes: unknown,
  path: string,
): { readonly problems: readonly FieldProblem[]; readonly names: ReadonlySet<string> } {
  const names = new Set<string>();
  const problems = asList(volumes).flatMap((volume, index) => {
    const { name: given, ...sources } = asFields(volume);
    const name = asText(given);
    const at = `${path}[${index}]`;
    const found = [...sourceProblems(sources, at), ...nameProblems(name, `${at}.name`, names)];
    names.add(name);
    return found;
  });
  return { problems, names };
}

function sourceProblems(sources: Readonly<Record<string, unknown>>, path: string): readonly FieldProblem[] {
  return Object.entries(sources).flatMap(([kind, source], index) => {
    if (index > 0) return [forbidden(`${path}.${kind}`, 'may not specify more than 1 volume type')];
    const needed = neededOf[kind];
    if (needed === undefined || asText(asFields(source)[needed]) !== '') return [];
    return [required(`${path}.${kind}.${needed}`)];
  });
}

function nameProblems(name: string, field: string, names: ReadonlySet<string>): readonly FieldProblem[] {
  if (name === '') return [required(field)];
  return [
    ...dnsLabelProblems(name).map((text) => invalid(field, name, text)),
    ...(names.has(name) ? [duplicate(field, name)] : []),
  ];
}
