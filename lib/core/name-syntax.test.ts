import { expect, test } from 'vitest';

import {
  dns1035LabelProblems,
  dnsLabelProblems,
  labelKeyProblems,
  labelValueProblems,
  subdomainProblems,
} from './name-syntax.ts';

test.each(['a', 'a.b', 'web-1', '0', 'a'.repeat(253)])('subdomainProblems() accepts %s', (name) => {
  expect(subdomainProblems(name)).toEqual([]);
});

test.each(['', 'Not_Valid', '-a', 'a-', 'a..b', '.a', 'a\n'])('subdomainProblems() refuses %j', (name) => {
  expect(subdomainProblems(name)).toHaveLength(1);
});

test('subdomainProblems() names every problem of a long name with bad characters', () => {
  expect(subdomainProblems('A'.repeat(254))).toEqual([
    'must be no more than 253 bytes',
    expect.stringContaining('a lowercase RFC 1123 subdomain must consist of'),
  ]);
});

test('dnsLabelProblems() says when only the dots are wrong', () => {
  expect(dnsLabelProblems('a.b')).toEqual(['must not contain dots']);
  expect(dnsLabelProblems('a_b')[0]).toContain(
    "(e.g. 'my-name',  or '123-abc', regex used for validation is",
  );
});

test('dns1035LabelProblems() refuses a leading digit', () => {
  expect(dns1035LabelProblems('a1')).toEqual([]);
  expect(dns1035LabelProblems('1a')).toHaveLength(1);
});

test.each([
  ['app', 0],
  ['example.com/App_1.x', 0],
  ['', 2],
  ['/x', 1],
  ['a/b/c', 1],
  ['Example.com/x', 1],
  ['x'.repeat(64), 1],
  ['-x', 1],
])('labelKeyProblems(%j) finds %i problems', (key, count) => {
  expect(labelKeyProblems(key)).toHaveLength(count);
});

test('labelValueProblems() accepts the empty value and refuses one of 64 bytes', () => {
  expect(labelValueProblems('')).toEqual([]);
  expect(labelValueProblems('x'.repeat(63))).toEqual([]);
  expect(labelValueProblems('x'.repeat(64))).toEqual(['must be no more than 63 bytes']);
  expect(labelValueProblems('a b')).toHaveLength(1);
});
