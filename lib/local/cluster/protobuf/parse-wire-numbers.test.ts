import { expect, test } from 'vitest';

import { builtInTypes } from '../schemas/built-in-types.ts';
import { parseWireNumbers } from './parse-wire-numbers.ts';
import { wireNumbers } from './wire-numbers.ts';

test('numbers go on by one where none is given', () => {
  const types = parseWireNumbers('\na.B one three=3 four @a.Inline ten=10\na.Empty\n');
  expect([...(types.get('a.B') ?? [])]).toEqual([
    [1, { kind: 'field', name: 'one' }],
    [3, { kind: 'field', name: 'three' }],
    [4, { kind: 'field', name: 'four' }],
    [5, { kind: 'inline', type: 'a.Inline' }],
    [10, { kind: 'field', name: 'ten' }],
  ]);
  expect(types.get('a.Empty')?.size).toBe(0);
});

test('every field of every built-in type has one number, and no number is for a field that is not there', () => {
  const numbers = parseWireNumbers(wireNumbers);
  const namesOf = (type: string): readonly string[] =>
    [...(numbers.get(type)?.values() ?? [])].flatMap((field) =>
      field.kind === 'inline' ? namesOf(field.type) : [field.name],
    );
  const lines = builtInTypes.split('\n').filter((line) => line !== '');
  expect(lines.length).toBeGreaterThan(400);
  for (const line of lines) {
    const [head = '', ...words] = line.split(' ').filter((word) => !word.startsWith('='));
    const type = head.replace('*', '');
    const names = words.map((word) => word.slice(0, word.indexOf(':')));
    // The envelope says these two.
    const isObject = names[0] === 'kind' && names[1] === 'apiVersion' && namesOf(type)[0] !== 'kind';
    expect([type, ...namesOf(type)].sort()).toEqual([type, ...names.slice(isObject ? 2 : 0)].sort());
  }
});
