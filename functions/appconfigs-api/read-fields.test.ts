import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSchema, updateSchema } from './parameters.ts';
import { readFields } from './read-fields.ts';

const rest = { repository_url: 'https://example.org/r', branch: 'main', environment: 'dev' };

const anyName = fc.oneof(
  fc.constantFrom('', '.', '..', '../x', '/etc/x', '.git', 'a\u0000', 'a\n', 'UPPER', 'a_b', '-a', 'a-', 'ä'),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.stringMatching(/^[a-z0-9./-]{1,70}$/),
  fc.nat({ max: 300 }).map((length) => 'a'.repeat(length)),
);

it.each([
  ['a new AppConfig', (name: string) => readFields(createSchema, { ...rest, name })],
  ['a change', (name: string) => readFields(updateSchema, { name })],
])('lets no name into %s but an RFC 1123 label, and answers 400 to all others', (_what, read) => {
  fc.assert(
    fc.property(anyName, (name) => {
      const outcome = read(name);
      const isLabel = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name);
      expect(outcome.kind === 'refused' ? outcome.response.status : 200).toBe(isLabel ? 200 : 400);
    }),
    { numRuns: 300 },
  );
});
