import { isDeepStrictEqual } from 'node:util';
import { duplicate, type FieldProblem, forbidden, invalid, required } from '../validation/field-problem.ts';
import { type CompiledRule, compileRule } from './compile-rule.ts';
import { ruleValue } from './rule-value.ts';
import {
  declares,
  isJsonObject,
  type JsonObject,
  propertySchema,
  type StructuralSchema,
  type ValidationRule,
} from './structural-schema.ts';

type Place = {
  readonly value: unknown;
  /** The same of the object before; undefined where there is none to compare with. */
  readonly before: unknown;
  readonly schema: StructuralSchema;
  readonly path: string;
};

/**
 * Problems of a custom resource by the rules in its schema (`x-kubernetes-validations`, KEP-2876). What an update
 * leaves as it was is not refused (KEP-4008).
 */
export function checkRules(
  object: JsonObject,
  schema: StructuralSchema,
  before: JsonObject | undefined,
): FieldProblem[] {
  return check({ value: visible(object), before: before && visible(before), schema, path: '' });
}

/** Of the metadata rules see only the name. */
function visible(object: JsonObject): JsonObject {
  const { name, generateName } = isJsonObject(object['metadata']) ? object['metadata'] : {};
  return {
    ...object,
    metadata: {
      ...(name === undefined ? {} : { name }),
      ...(generateName === undefined ? {} : { generateName }),
    },
  };
}

function check(place: Place): FieldProblem[] {
  const { value, schema } = place;
  if (value === null || value === undefined) return [];
  const rules = schema['x-kubernetes-validations'] ?? [];
  return [...rules.flatMap((rule) => checkRule(rule, place)), ...partsOf(place).flatMap(check)];
}

function checkRule(rule: ValidationRule, { value, before, schema, path }: Place): FieldProblem[] {
  const compiled = compiledOf(rule);
  if (compiled === undefined || (compiled.usesOldSelf && before === undefined)) return [];
  if (!compiled.usesOldSelf && before !== undefined && isDeepStrictEqual(value, before)) return [];
  const type = schema['x-kubernetes-int-or-string'] === true ? '' : (schema.type ?? '');
  const scope = {
    self: ruleValue(value, schema),
    oldSelf: before === undefined ? undefined : ruleValue(before, schema),
  };
  try {
    if (compiled.evaluate(scope) === true) return [];
  } catch (error) {
    const why = firstLine(error);
    const named = rule.message ?? rule.rule;
    return [invalid(fieldOf(path), type, `${why} evaluating rule: ${named}`)];
  }
  const detail = messageOf(rule, scope);
  const field = fieldOf(`${path}${relative(rule.fieldPath ?? '', path)}`);
  if (rule.reason === 'FieldValueForbidden') return [forbidden(field, detail)];
  if (rule.reason === 'FieldValueRequired') return [required(field, detail)];
  if (rule.reason === 'FieldValueDuplicate') return [duplicate(field, type)];
  return [invalid(field, type, detail)];
}

const compiled = new WeakMap<ValidationRule, { readonly rule: CompiledRule | undefined }>();

function compiledOf(rule: ValidationRule): CompiledRule | undefined {
  const known = compiled.get(rule) ?? { rule: compileRule(rule.rule, rule.optionalOldSelf === true) };
  compiled.set(rule, known);
  return known.rule;
}

function messageOf(
  rule: ValidationRule,
  scope: { readonly self: unknown; readonly oldSelf: unknown },
): string {
  const fixed = rule.message?.trim() || `failed rule: ${rule.rule.trim()}`;
  if (rule.messageExpression === undefined) return fixed;
  try {
    const text = compileRule(rule.messageExpression, rule.optionalOldSelf === true)?.evaluate(scope);
    return typeof text === 'string' && text.trim() !== '' && !text.includes('\n') ? text : fixed;
  } catch {
    // The server takes the other message, too.
    return fixed;
  }
}

function firstLine(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return `${line.charAt(0).toLowerCase()}${line.slice(1)}`;
}

function fieldOf(path: string): string {
  return path === '' ? '<nil>' : path;
}

/** `.a.b` below a path, or at the root. */
function relative(fieldPath: string, path: string): string {
  return path === '' ? fieldPath.replace(/^\./, '') : fieldPath;
}

/** What is inside, each with what it was before. */
function partsOf({ value, before, schema, path }: Place): Place[] {
  if (Array.isArray(value)) {
    const { items = {} } = schema;
    const earlier = Array.isArray(before) ? (before as unknown[]) : [];
    return (value as unknown[]).map((item, index) => ({
      value: item,
      before: earlierItem(item, earlier, schema),
      schema: items,
      path: `${path}[${index}]`,
    }));
  }
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, field]) => {
    const property = propertySchema(schema, name);
    if (property === undefined) return [];
    const below = path === '' ? name : `${path}.${name}`;
    return {
      value: field,
      before: isJsonObject(before) && Object.hasOwn(before, name) ? before[name] : undefined,
      schema: property,
      path: declares(schema, name) ? below : `${path}[${name}]`,
    };
  });
}

/** Only lists with keys say which of their items was which. */
function earlierItem(item: unknown, earlier: readonly unknown[], schema: StructuralSchema): unknown {
  if (schema['x-kubernetes-list-type'] !== 'map' || !isJsonObject(item)) return undefined;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  return earlier.find(
    (one) => isJsonObject(one) && keys.every((key) => isDeepStrictEqual(one[key], item[key])),
  );
}
