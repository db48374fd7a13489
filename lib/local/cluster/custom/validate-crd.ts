import { isDeepStrictEqual } from 'node:util';

import { dns1035LabelProblems, subdomainProblems } from '../../../core/name-syntax.ts';
import {
  type FieldProblem,
  forbidden,
  invalid,
  notSupported,
  required,
} from '../validation/field-problem.ts';
import type { StructuralSchema } from './structural-schema.ts';
import { validateStructuralSchema } from './validate-structural-schema.ts';

type Version = {
  readonly name?: string;
  readonly served?: boolean;
  readonly storage?: boolean;
  readonly deprecated?: boolean;
  readonly deprecationWarning?: string | null;
  readonly schema?: { readonly openAPIV3Schema?: StructuralSchema };
  readonly subresources?: { readonly scale?: Readonly<Record<string, string | undefined>> };
  readonly additionalPrinterColumns?: readonly Readonly<Record<string, string | undefined>>[];
};

type Names = {
  readonly plural?: string;
  readonly singular?: string;
  readonly kind?: string;
  readonly listKind?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
};

export type CrdSpec = {
  readonly group?: string;
  readonly scope?: string;
  readonly names?: Names;
  readonly versions?: readonly Version[] | null;
  readonly preserveUnknownFields?: boolean;
  readonly conversion?: { readonly strategy?: string; readonly webhook?: object };
};

const columnTypes: readonly string[] = ['boolean', 'date', 'integer', 'number', 'string'];
const approval = 'api-approved.kubernetes.io';

/**
 * Problems of a CustomResourceDefinition after its names were completed, in the order and the words of the
 * API server. What all versions have alike is reported once, without a version's index.
 */
export function validateCrd(crd: {
  readonly metadata: { readonly name?: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: CrdSpec;
}): FieldProblem[] {
  const { spec = {}, metadata } = crd;
  const expectedName = `${spec.names?.plural ?? ''}.${spec.group ?? ''}`;
  const problems: FieldProblem[] = [];
  if ((metadata.name ?? '') !== '' && metadata.name !== expectedName) {
    problems.push(invalid('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group'));
  }
  problems.push(...validateGroup(spec.group ?? ''), ...validateScope(spec.scope ?? ''));
  problems.push(...validateVersions(spec.versions ?? null));
  if (spec.preserveUnknownFields === true) {
    const advice =
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
    problems.push(invalid('spec.preserveUnknownFields', true, advice));
  }
  problems.push(...validateNames(spec.names ?? {}), ...validateConversion(spec.conversion));
  if (isProtected(spec.group ?? '') && (metadata.annotations?.[approval] ?? '') === '') {
    problems.push(
      required(
        `metadata.annotations[${approval}]`,
        `protected groups must have approval annotation "${approval}", see https://github.com/kubernetes/enhancements/pull/1111`,
      ),
    );
  }
  const storage = (spec.versions ?? []).some((version) => version.storage === true);
  if (!storage) {
    problems.push(invalid('status.storedVersions', null, 'must have at least one stored version'));
  }
  return problems;
}

function isProtected(group: string): boolean {
  return ['k8s.io', 'kubernetes.io'].some((domain) => group === domain || group.endsWith(`.${domain}`));
}

function validateGroup(group: string): FieldProblem[] {
  if (group === '') return [required('spec.group')];
  if (!group.includes('.')) {
    return [
      ...subdomainProblems(group).map((text) => invalid('spec.group', group, text)),
      lonelyGroup(group),
    ];
  }
  return subdomainProblems(group).map((text) => invalid('spec.group', group, text));
}

function lonelyGroup(group: string): FieldProblem {
  return invalid('spec.group', group, 'should be a domain with at least one dot');
}

function validateScope(scope: string): FieldProblem[] {
  if (scope === '') return [required('spec.scope')];
  const scopes = ['Cluster', 'Namespaced'];
  return scopes.includes(scope) ? [] : [notSupported('spec.scope', scope, scopes)];
}

function validateVersions(versions: readonly Version[] | null): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const known = versions ?? [];
  known.forEach((version, index) => {
    const name = version.name ?? '';
    const texts = dns1035LabelProblems(name);
    problems.push(...texts.map((text) => invalid(`spec.versions[${index}].name`, name, text)));
  });
  const names = known.map((version) => version.name);
  if (new Set(names).size < names.length) {
    problems.push(invalid('spec.versions', known.map(printVersion), 'must contain unique version names'));
  }
  if (known.filter((version) => version.storage === true).length !== 1) {
    problems.push(
      invalid(
        'spec.versions',
        versions?.map(printVersion) ?? null,
        'must have exactly one version marked as storage version',
      ),
    );
  }
  return [...problems, ...validateContents(known)];
}

/** A version as the server's own type looks in messages; what all versions share is not in it. */
function printVersion(version: Version): object {
  return {
    Name: version.name ?? '',
    Served: version.served === true,
    Storage: version.storage === true,
    Deprecated: version.deprecated === true,
    DeprecationWarning: version.deprecationWarning ?? null,
    Schema: null,
    Subresources: null,
    AdditionalPrinterColumns: null,
    SelectableFields: null,
  };
}

function validateContents(versions: readonly Version[]): FieldProblem[] {
  const [first] = versions;
  const sharesAll = (part: keyof Version) =>
    versions.every((version) => isDeepStrictEqual(version[part], first?.[part]));
  const each = <T>(part: keyof Version, check: (version: Version, path: string) => T[]): T[] => {
    if (first === undefined) return [];
    if (sharesAll(part)) return check(first, 'spec');
    return versions.flatMap((version, index) => check(version, `spec.versions[${index}]`));
  };
  const schemas = versions.flatMap((version, index) =>
    version.schema?.openAPIV3Schema === undefined
      ? [required(`spec.versions[${index}].schema.openAPIV3Schema`)]
      : [],
  );
  return [
    ...schemas,
    ...each('schema', (version, path) => {
      const schema = version.schema?.openAPIV3Schema;
      const holder = path === 'spec' ? 'spec.validation' : `${path}.schema`;
      return schema === undefined ? [] : validateStructuralSchema(schema, `${holder}.openAPIV3Schema`);
    }),
    ...each('subresources', (version, path) => validateScale(version, `${path}.subresources.scale`)),
    ...each('additionalPrinterColumns', validateColumns),
  ];
}

function validateScale(version: Version, path: string): FieldProblem[] {
  const scale = version.subresources?.scale;
  if (scale === undefined) return [];
  return [
    ...validatePath(scale['specReplicasPath'] ?? '', 'spec', `${path}.specReplicasPath`),
    ...validatePath(scale['statusReplicasPath'] ?? '', 'status', `${path}.statusReplicasPath`),
  ];
}

function validatePath(value: string, root: string, path: string): FieldProblem[] {
  if (value === '') return [required(path)];
  return value.startsWith(`.${root}.`) ? [] : [invalid(path, value, `should be a json path under .${root}`)];
}

function validateColumns(version: Version, path: string): FieldProblem[] {
  return (version.additionalPrinterColumns ?? []).flatMap((column, index) => {
    const at = `${path}.additionalPrinterColumns[${index}]`;
    const { name = '', type = '', jsonPath = '' } = column;
    const problems: FieldProblem[] = [];
    if (name === '') problems.push(required(`${at}.name`));
    if (type === '') problems.push(required(`${at}.type`, `must be one of ${columnTypes.join(',')}`));
    else if (!columnTypes.includes(type)) {
      problems.push(invalid(`${at}.type`, type, `must be one of ${columnTypes.join(',')}`));
    }
    if (jsonPath === '') problems.push(required(`${at}.JSONPath`));
    else if (!jsonPath.startsWith('.')) {
      problems.push(invalid(`${at}.JSONPath`, jsonPath, 'must be a simple json path starting with .'));
    }
    return problems;
  });
}

function validateNames(names: Names): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const mixed = (text: string) => `may have mixed case, but should otherwise match: ${text}`;
  const check = (field: 'plural' | 'singular' | 'kind' | 'listKind', isMixedCase: boolean) => {
    const name = names[field] ?? '';
    const path = `spec.names.${field}`;
    if (name === '') problems.push(required(path));
    for (const text of name === '' ? [] : dns1035LabelProblems(isMixedCase ? name.toLowerCase() : name)) {
      problems.push(invalid(path, name, isMixedCase ? mixed(text) : text));
    }
  };
  check('plural', false);
  check('singular', false);
  check('kind', true);
  check('listKind', true);
  for (const field of ['shortNames', 'categories'] as const) {
    (names[field] ?? []).forEach((name, index) => {
      const texts = dns1035LabelProblems(name);
      problems.push(...texts.map((text) => invalid(`spec.names.${field}[${index}]`, name, text)));
    });
  }
  if ((names.kind ?? '') !== '' && names.kind === names.listKind) {
    problems.push(invalid('spec.names.listKind', names.listKind, 'kind and listKind may not be the same'));
  }
  return problems;
}

function validateConversion(conversion: CrdSpec['conversion']): FieldProblem[] {
  const strategy = conversion?.strategy ?? 'None';
  if (strategy === 'None') return [];
  if (strategy !== 'Webhook')
    return [notSupported('spec.conversion.strategy', strategy, ['None', 'Webhook'])];
  // There is nobody to call: a server that cannot convert must not say that it will.
  return [forbidden('spec.conversion.strategy', 'conversion webhooks are not supported by this server')];
}
