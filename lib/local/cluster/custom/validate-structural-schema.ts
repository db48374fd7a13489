import {
  type FieldProblem,
  forbidden,
  invalid,
  notSupported,
  required,
} from '../validation/field-problem.ts';
import { compilePattern } from './compile-pattern.ts';
import { pruneCustomObject } from './prune-custom-object.ts';
import { preservesUnknown, type StructuralSchema } from './structural-schema.ts';
import { validateCustomObject } from './validate-custom-object.ts';

const types: readonly string[] = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

/** Problems of a schema that keep it from being structural, in the words of the API server. */
export function validateStructuralSchema(schema: StructuralSchema, path: string): FieldProblem[] {
  if (schema.type !== undefined && schema.type !== '' && schema.type !== 'object') {
    return [invalid(`${path}.type`, schema.type, 'must be object at the root')];
  }
  return [...validateMetadata(schema, path), ...validateLevel(schema, path, 'at the root')];
}

function validateMetadata(schema: StructuralSchema, path: string): FieldProblem[] {
  const metadata = schema.properties?.['metadata'];
  const names = Object.keys(metadata?.properties ?? {});
  if (names.every((name) => name === 'name' || name === 'generateName')) return [];
  return [
    forbidden(
      `${path}.properties[metadata]`,
      'must not specify anything other than name and generateName, but metadata is implicitly specified',
    ),
  ];
}

/** One level of a schema; `role` says what its type is needed for. */
function validateLevel(schema: StructuralSchema, path: string, role: string): FieldProblem[] {
  return [
    ...validateType(schema, path, role),
    ...validateForbidden(schema, path),
    ...validateList(schema, path),
    ...validateDefault(schema, path),
    ...validateAlternatives(schema, path),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
      validateLevel(property, `${path}.properties[${name}]`, 'for specified object fields'),
    ),
    ...(typeof schema.additionalProperties === 'object'
      ? validateLevel(
          schema.additionalProperties,
          `${path}.additionalProperties`,
          'for specified object fields',
        )
      : []),
    ...(schema.items === undefined
      ? []
      : validateLevel(schema.items, `${path}.items`, 'for specified array items')),
  ];
}

function validateType(schema: StructuralSchema, path: string, role: string): FieldProblem[] {
  const { type = '' } = schema;
  const isOpen = schema['x-kubernetes-int-or-string'] === true || preservesUnknown(schema);
  if (type === '') {
    return isOpen && role !== 'at the root' ? [] : [required(`${path}.type`, `must not be empty ${role}`)];
  }
  return types.includes(type) ? [] : [notSupported(`${path}.type`, type, types)];
}

function validateForbidden(schema: StructuralSchema, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { properties, additionalProperties, pattern } = schema;
  if (schema.$ref) problems.push(forbidden(`${path}.$ref`, '$ref is not supported'));
  if (schema.uniqueItems === true) {
    problems.push(
      forbidden(
        `${path}.uniqueItems`,
        'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      ),
    );
  }
  if (additionalProperties !== undefined && additionalProperties !== false && properties) {
    if (Object.keys(properties).length > 0) {
      problems.push(
        forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'),
      );
    }
  }
  if (pattern !== undefined && compilePattern(pattern) === undefined) {
    problems.push(
      invalid(
        `${path}.pattern`,
        pattern,
        `must be a valid regular expression, but isn't: error parsing regexp: \`${pattern}\``,
      ),
    );
  }
  return problems;
}

function validateList(schema: StructuralSchema, path: string): FieldProblem[] {
  if (schema.type !== 'array') return [];
  if (schema.items === undefined) return [required(`${path}.items`, 'must be specified')];
  if (schema['x-kubernetes-list-type'] !== 'map') return [];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const at = `${path}.x-kubernetes-list-map-keys`;
  if (keys.length === 0) return [required(at, 'must not be empty if x-kubernetes-list-type is map')];
  const known = schema.items.properties ?? {};
  return keys.every((key) => Object.hasOwn(known, key))
    ? []
    : [invalid(at, keys, 'entries must all be names of item properties')];
}

function validateDefault(schema: StructuralSchema, path: string): FieldProblem[] {
  const { default: value } = schema;
  if (value === undefined || value === null) return [];
  const at = `${path}.default`;
  const holder: StructuralSchema = { type: 'object', properties: { value: schema } };
  const pruned = pruneCustomObject({ value }, holder, { preserveUnknownFields: false });
  if (pruned.kind === 'pruned' && pruned.unknownFields.length > 0) {
    return [invalid(at, value, 'must not have unknown fields')];
  }
  return validateCustomObject({ value }, holder).map((problem) => ({
    ...problem,
    field: problem.field.replace(/^value/, at),
    // The server validates the default alone, which has no name.
    message: problem.message.replaceAll(/: value((?:\.\S+)?) in body/g, ': $1 in body'),
  }));
}

/** Inside alternatives only values are described: structure belongs outside. */
function validateAlternatives(schema: StructuralSchema, path: string): FieldProblem[] {
  const alternatives = (['allOf', 'anyOf', 'oneOf'] as const).flatMap((kind) =>
    (schema[kind] ?? []).map((one, index) => [one, `${path}.${kind}[${index}]`] as const),
  );
  const all =
    schema.not === undefined ? alternatives : [...alternatives, [schema.not, `${path}.not`] as const];
  return all.flatMap(([one, at]) => validateAlternative(one, at, schema));
}

function validateAlternative(one: StructuralSchema, path: string, outer: StructuralSchema): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const mayHaveType = outer['x-kubernetes-int-or-string'] === true;
  if ((one.type ?? '') !== '' && !mayHaveType) {
    problems.push(forbidden(`${path}.type`, 'must be empty to be structural'));
  }
  if (one.additionalProperties !== undefined) {
    problems.push(forbidden(`${path}.additionalProperties`, 'must be undefined to be structural'));
  }
  if (one.default !== undefined)
    problems.push(forbidden(`${path}.default`, 'must be undefined to be structural'));
  if (one.nullable === true) problems.push(forbidden(`${path}.nullable`, 'must be false to be structural'));
  return [
    ...problems,
    ...Object.entries(one.properties ?? {}).flatMap(([name, property]) =>
      validateAlternative(property, `${path}.properties[${name}]`, outer.properties?.[name] ?? {}),
    ),
  ];
}
