import { describe, expect, it } from 'vitest';
import { type OpenApiSchema, validateSchema } from '../support/validate-schema.ts';

const meta: OpenApiSchema = {
  type: 'object',
  properties: {
    name: { type: 'string', pattern: '^[a-z]+$' },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
  },
  required: ['name'],
};
const schema: OpenApiSchema = {
  type: 'object',
  properties: {
    metadata: { allOf: [{ $ref: '#/components/schemas/meta' }] },
    replicas: { type: 'integer' },
    policy: { type: 'string', enum: ['linear', 'exponential'] },
    port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
    quantity: { oneOf: [{ type: 'string' }, { type: 'number' }] },
    list: { type: 'array', items: { type: 'object', properties: { a: { type: 'boolean' } } } },
    open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    opaque: { type: 'object' },
    untyped: {},
  },
};
const resolve = (reference: string): OpenApiSchema => {
  expect(reference).toBe('#/components/schemas/meta');
  return meta;
};
const validate = (value: unknown, partial = false) => validateSchema(value, schema, { resolve, partial });

describe('validateSchema', () => {
  it('finds nothing wrong with what fits', () => {
    expect(
      validate({
        metadata: { name: 'a', labels: { x: 'y' } },
        replicas: 2,
        policy: 'linear',
        port: 'http',
        quantity: 1.5,
        list: [{ a: true }, {}],
        open: { anything: [1] },
        opaque: { anything: {} },
        untyped: { anything: [{}] },
      }),
    ).toEqual([]);
  });

  it.each([
    [{ replica: 2 }, '/replica: unknown field'],
    [{ list: [{ b: 1 }] }, '/list/0/b: unknown field'],
    [{ metadata: {} }, '/metadata/name: missing'],
    [{ metadata: { name: 'A' } }, '/metadata/name: expected ^[a-z]+$'],
    [{ metadata: { name: 'a', labels: { x: 1 } } }, '/metadata/labels/x: expected string'],
    [{ metadata: { name: 'a', label: {} } }, '/metadata/label: unknown field'],
    [{ replicas: '2' }, '/replicas: expected integer'],
    [{ replicas: 1.5 }, '/replicas: expected integer'],
    [{ policy: 'none' }, '/policy: expected one of linear, exponential'],
    [{ port: true }, '/port: expected integer or string'],
    [{ quantity: true }, '/quantity: fits none of 2 alternatives'],
    [{ list: {} }, '/list: expected array'],
    [{ list: [{ a: 'yes' }] }, '/list/0/a: expected boolean'],
    [{ opaque: null }, '/opaque: expected object'],
    [[], ': expected object'],
  ])('finds in %j: %s', (value, problem) => {
    expect(validate(value)).toEqual([problem]);
  });

  it('lets fields be missing in a patch, but not unknown', () => {
    expect(validate({ metadata: {} }, true)).toEqual([]);
    expect(validate({ metadata: { nam: 'a' } }, true)).toEqual(['/metadata/nam: unknown field']);
  });
});
