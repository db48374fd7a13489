import { isDeepStrictEqual } from 'node:util';

import { canonicalJson } from '../apply/canonical-json.ts';
import {
  duplicate,
  type FieldProblem,
  invalid,
  notSupported,
  required,
  tooLong,
  tooMany,
  typeInvalid,
} from '../validation/field-problem.ts';
import { checkRules } from './check-rules.ts';
import { compilePattern } from './compile-pattern.ts';
import { matchesFormat } from './matches-format.ts';
import { isJsonObject, type JsonObject, type StructuralSchema } from './structural-schema.ts';

/**
 * Problems of a custom resource against its schema, in the words of the API server. Rules in CEL
 * (`x-kubernetes-validations`) are evaluated where nothing is wrong that the server stops at.
 * @param before the live object of an update
 */
export function validateCustomObject(
  object: JsonObject,
  schema: StructuralSchema | undefined,
  before?: JsonObject,
): FieldProblem[] {
  if (schema === undefined) return [];
  const problems = [...validate(object, schema, ''), ...doubles(object, schema, '')];
  if (!hasRules(schema)) return problems;
  if (problems.some(({ type }) => blocking.includes(type))) {
    problems.push(
      invalid(
        '<nil>',
        null,
        'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
      ),
    );
    return problems;
  }
  return [...problems, ...checkRules(object, schema, before)];
}

/** Problems that keep the server from evaluating rules. */
const blocking: readonly FieldProblem['type'][] = [
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
  'FieldValueNotSupported',
];

function hasRules(schema: StructuralSchema): boolean {
  const { 'x-kubernetes-validations': rules, properties, additionalProperties, items } = schema;
  return (
    (rules ?? []).length > 0 ||
    Object.values(properties ?? {}).some(hasRules) ||
    (typeof additionalProperties === 'object' && hasRules(additionalProperties)) ||
    (items !== undefined && hasRules(items))
  );
}

function validate(value: unknown, schema: StructuralSchema, path: string): FieldProblem[] {
  if (value === null && schema.nullable === true) return [];
  const type = typeProblem(value, schema, path);
  if (type !== undefined) return [type];
  return [
    ...validateAlternatives(value, schema, path),
    ...(typeof value === 'string' ? validateText(value, schema, path) : []),
    ...(typeof value === 'number' ? validateNumber(value, schema, path) : []),
    ...(Array.isArray(value) ? validateList(value, schema, path) : []),
    ...validateEnum(value, schema, path),
    ...(isJsonObject(value) ? validateObject(value, schema, path) : []),
  ];
}

function typeProblem(value: unknown, schema: StructuralSchema, path: string): FieldProblem | undefined {
  const actual = typeOf(value);
  const isIntOrString = schema['x-kubernetes-int-or-string'] === true;
  const expected = isIntOrString ? 'integer,string' : schema.type;
  if (expected === undefined || expected === '') return undefined;
  const accepted = expected.split(',');
  if (accepted.includes(actual) || (actual === 'integer' && accepted.includes('number'))) return undefined;
  return typeInvalid(path, actual, `${path} in body must be of type ${expected}: "${actual}"`);
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function validateText(value: string, schema: StructuralSchema, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { minLength, maxLength, pattern, format } = schema;
  const length = Array.from(value).length;
  if (maxLength !== undefined && length > maxLength) problems.push(tooLong(path, maxLength));
  else if (minLength !== undefined && length < minLength) {
    problems.push(invalid(path, value, `${path} in body should be at least ${minLength} chars long`));
  } else if (pattern !== undefined && compilePattern(pattern)?.test(value) === false) {
    problems.push(invalid(path, value, `${path} in body should match '${pattern}'`));
  }
  if (format !== undefined && !matchesFormat(value, format)) {
    problems.push(
      typeInvalid(path, value, `${path} in body must be of type ${format}: ${JSON.stringify(value)}`),
    );
  }
  return problems;
}

function validateNumber(value: number, schema: StructuralSchema, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, format } = schema;
  const refuse = (rule: string) => problems.push(invalid(path, value, `${path} in body should be ${rule}`));
  if (format === 'int32' && (value < -(2 ** 31) || value >= 2 ** 31)) {
    problems.push(invalid('<nil>', '', `Checked value must be of type integer with format int32 in ${path}`));
  }
  if (multipleOf !== undefined && value % multipleOf !== 0) refuse(`a multiple of ${multipleOf}`);
  if (maximum !== undefined) {
    if (exclusiveMaximum === true && value >= maximum) refuse(`less than ${maximum}`);
    else if (value > maximum) refuse(`less than or equal to ${maximum}`);
  }
  if (minimum !== undefined) {
    if (exclusiveMinimum === true && value <= minimum) refuse(`greater than ${minimum}`);
    else if (value < minimum) refuse(`greater than or equal to ${minimum}`);
  }
  return problems;
}

function validateList(value: readonly unknown[], schema: StructuralSchema, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { minItems, maxItems, items } = schema;
  if (items !== undefined) {
    value.forEach((item, index) => {
      problems.push(...validate(item, items, `${path}[${index}]`));
    });
  }
  if (minItems !== undefined && value.length < minItems) {
    problems.push(invalid(path, value.length, `${path} in body should have at least ${minItems} items`));
  }
  if (maxItems !== undefined && value.length > maxItems) problems.push(tooMany(path, value.length, maxItems));
  return problems;
}

function validateEnum(value: unknown, schema: StructuralSchema, path: string): FieldProblem[] {
  const allowed = schema.enum ?? [];
  if (allowed.length === 0 || allowed.some((one) => isDeepStrictEqual(one, value))) return [];
  const supported = allowed.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  return [notSupported(path, value, supported)];
}

function validateObject(value: JsonObject, schema: StructuralSchema, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { minProperties, maxProperties, properties, additionalProperties } = schema;
  const count = Object.keys(value).length;
  if (minProperties !== undefined && count < minProperties) {
    problems.push(invalid(path, count, `${path} in body should have at least ${minProperties} properties`));
  }
  if (maxProperties !== undefined && count > maxProperties)
    problems.push(tooMany(path, count, maxProperties));
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true;
  for (const name of [...(schema.required ?? []), ...(isEmbedded ? ['apiVersion', 'kind'] : [])]) {
    if (!Object.hasOwn(value, name)) problems.push(required(below(path, name)));
  }
  for (const [name, field] of Object.entries(value)) {
    const declared = properties && Object.hasOwn(properties, name) ? properties[name] : undefined;
    const property =
      declared ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
    if (property !== undefined) problems.push(...validate(field, property, below(path, name)));
  }
  return problems;
}

function validateAlternatives(value: unknown, schema: StructuralSchema, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const results = (schemas: readonly StructuralSchema[]) => schemas.map((one) => validate(value, one, path));
  const refuse = (rule: string) => problems.push(invalid('<nil>', '', `"${path}" must ${rule}`));
  const anyOf = results(schema.anyOf ?? []);
  if (anyOf.length > 0 && anyOf.every((found) => found.length > 0)) {
    refuse('validate at least one schema (anyOf)');
    problems.push(...fewest(anyOf));
  }
  const oneOf = results(schema.oneOf ?? []);
  const valid = oneOf.filter((found) => found.length === 0).length;
  if (oneOf.length > 0 && valid !== 1) {
    refuse(
      `validate one and only one schema (oneOf). ${valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`}`,
    );
    if (valid === 0) problems.push(...fewest(oneOf));
  }
  const allOf = results(schema.allOf ?? []).filter((found) => found.length > 0);
  if (allOf.length > 0) {
    const none = allOf.length === (schema.allOf ?? []).length ? '. None validated' : '';
    problems.push(...allOf.flat());
    refuse(`validate all the schemas (allOf)${none}`);
  }
  if (schema.not !== undefined && validate(value, schema.not, path).length === 0) {
    refuse('not validate the schema (not)');
  }
  return problems;
}

/** The problems of the alternative that comes nearest. */
function fewest(alternatives: readonly FieldProblem[][]): FieldProblem[] {
  return alternatives.reduce((best, found) => (found.length < best.length ? found : best));
}

function below(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** Items of sets and keyed lists that occur twice. */
function doubles(value: unknown, schema: StructuralSchema, path: string): FieldProblem[] {
  if (Array.isArray(value)) {
    const { items = {} } = schema;
    const seen = new Set<string>();
    return (value as unknown[]).flatMap((item, index) => {
      const at = `${path}[${index}]`;
      const identity = identityOf(item, schema);
      const isDouble = identity !== undefined && seen.has(canonicalJson(identity));
      if (identity !== undefined) seen.add(canonicalJson(identity));
      return [...(isDouble ? [duplicate(at, identity)] : []), ...doubles(item, items, at)];
    });
  }
  if (!isJsonObject(value)) return [];
  const { properties, additionalProperties } = schema;
  return Object.entries(value).flatMap(([name, field]) => {
    const others = typeof additionalProperties === 'object' ? additionalProperties : undefined;
    const property = properties?.[name] ?? others;
    return property === undefined ? [] : doubles(field, property, below(path, name));
  });
}

function identityOf(item: unknown, schema: StructuralSchema): unknown {
  const listType = schema['x-kubernetes-list-type'];
  if (listType === 'set') return item;
  if (listType !== 'map' || !isJsonObject(item)) return undefined;
  const keys = (schema['x-kubernetes-list-map-keys'] ?? []).filter((key) => item[key] !== undefined);
  return Object.fromEntries(keys.map((key) => [key, item[key]]));
}
