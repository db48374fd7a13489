import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { limitField, listField, textField } from '../core/query-fields.ts';
import { readParameters, readQueryParameters } from './read-parameters.ts';

const schema = z.object({
  name: textField(),
  kind: listField(),
  group: z.string({ error: 'required' }),
  limit: limitField({ default: 10, max: 50 }),
});

async function refusal(query: string): Promise<unknown> {
  const outcome = readQueryParameters(schema, new URLSearchParams(query));
  if (outcome.kind !== 'refused') throw new Error(`Cannot see a refusal of "${query}": it was accepted`);
  expect(outcome.response.status).toBe(400);
  return outcome.response.json();
}

describe('readQueryParameters()', () => {
  it('gives the parsed value and ignores names that it does not know', () => {
    const outcome = readQueryParameters(
      schema,
      new URLSearchParams('group=&name=a&kind=b&kind=c&x=1&__proto__=2'),
    );
    expect(outcome).toEqual({
      kind: 'parameters',
      value: { group: '', name: 'a', kind: ['b', 'c'], limit: 10 },
    });
  });

  it('names every field that is wrong, with what was sent and what is expected', async () => {
    expect(await refusal('limit=ten')).toMatchObject({
      kind: 'Status',
      reason: 'BadRequest',
      message: 'invalid group: required; invalid limit: "ten", expected a whole number from 1 to 50',
      details: { causes: [{ field: 'group' }, { field: 'limit' }] },
    });
  });

  it('refuses one value that came twice', async () => {
    expect(await refusal('group=a&name=a&name=b')).toMatchObject({
      message: 'invalid name: given more than once, expected one value',
    });
  });

  it('does not send a long value back', async () => {
    const body = JSON.stringify(await refusal(`group=a&name=${'x'.repeat(300)}`));
    expect(body).not.toContain('x'.repeat(65));
  });
});

describe('readParameters()', () => {
  it('names unknown fields of a strict body, and the body where it is no object', async () => {
    const strict = z.strictObject({ group: z.string() });
    for (const [input, field] of [
      [{ group: 'a', grup: 'b' }, 'grup'] as const,
      [[], 'body'] as const,
      [null, 'body'] as const,
    ]) {
      const outcome = readParameters(strict, input);
      if (outcome.kind !== 'refused') throw new Error('Cannot see a refusal: it was accepted');
      expect(await outcome.response.json()).toMatchObject({ code: 400, details: { causes: [{ field }] } });
    }
  });
});
