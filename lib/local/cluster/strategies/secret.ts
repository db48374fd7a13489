import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import { asFields, fill } from '../defaults/fill.ts';
import { type FieldProblem, forbidden, invalid } from '../validation/field-problem.ts';
import type { Strategy } from './strategy.ts';

const maxKeyBytes = 253;
/** Keys of ConfigMaps and Secrets become file names. */
const keySyntax = /^[-._a-zA-Z0-9]+$/;
const keyRule =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

/** Secrets: `stringData` is only a way to write `data`, which is base64. */
export const secretStrategy: Strategy = {
  defaults: (object) => {
    const { stringData, ...rest } = object;
    const written = Object.entries(asFields(stringData)).map(([key, value]) => [
      key,
      Buffer.from(String(value)).toString('base64'),
    ]);
    const data = { ...asFields(object['data']), ...Object.fromEntries(written) };
    const filled = fill(rest, { type: 'Opaque' }) as KubernetesObject;
    return Object.keys(data).length === 0 ? filled : { ...filled, data };
  },
  validate: (object, before) => [
    ...keyProblems(object, ['data']),
    ...immutableProblems(object, before, ['data']),
    ...(before !== undefined && before['type'] !== object['type']
      ? [invalid('type', object['type'], 'field is immutable')]
      : []),
  ],
};

export const configMapStrategy: Strategy = {
  validate: (object, before) => [
    ...keyProblems(object, ['data', 'binaryData']),
    ...sharedKeyProblems(asFields(object['data']), asFields(object['binaryData'])),
    ...immutableProblems(object, before, ['data', 'binaryData']),
  ],
};

function keyProblems(object: KubernetesObject, fields: readonly string[]): readonly FieldProblem[] {
  return fields.flatMap((field) =>
    Object.keys(asFields(object[field])).flatMap((key) =>
      keyTexts(key).map((text) => invalid(`${field}[${key}]`, key, text)),
    ),
  );
}

function keyTexts(key: string): readonly string[] {
  return [
    ...(Buffer.byteLength(key) > maxKeyBytes ? [`must be no more than ${maxKeyBytes} bytes`] : []),
    ...(keySyntax.test(key) ? [] : [keyRule]),
    ...(key === '.' ? [`must not be '.'`] : []),
    ...(key === '..' ? [`must not be '..'`] : []),
    ...(key.startsWith('..') && key !== '..' ? [`must not start with '..'`] : []),
  ];
}

function sharedKeyProblems(data: object, binaryData: object): readonly FieldProblem[] {
  return Object.keys(data)
    .filter((key) => Object.hasOwn(binaryData, key))
    .map((key) => invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'));
}

function immutableProblems(
  object: KubernetesObject,
  before: KubernetesObject | undefined,
  fields: readonly string[],
): readonly FieldProblem[] {
  if (before?.['immutable'] !== true) return [];
  const problems: FieldProblem[] = [];
  const why = 'field is immutable when `immutable` is set';
  if (object['immutable'] !== true) problems.push(forbidden('immutable', why));
  for (const field of fields) {
    if (!isDeepStrictEqual(asFields(object[field]), asFields(before[field]))) {
      problems.push(forbidden(field, why));
    }
  }
  return problems;
}
