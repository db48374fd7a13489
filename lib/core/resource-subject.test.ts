import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatSource, formatSubject, parseSource, parseSubject } from './resource-subject.ts';

const text = fc.string({ unit: 'grapheme', minLength: 1 });
const plain = fc.stringMatching(/^[a-z0-9.-]+$/);

describe('formatSubject()', () => {
  it('is read back by parseSubject() for any name', () => {
    fc.assert(
      fc.property(
        fc.oneof(plain, fc.constant('')),
        plain,
        plain,
        fc.oneof(plain, fc.constant('')),
        text,
        (group, version, resource, namespace, name) => {
          const subject = { group, version, resource, namespace, name };
          expect(parseSubject(formatSubject(subject))).toEqual(subject);
        },
      ),
    );
  });

  it('holds only printable ASCII without space, quote and percent sign', () => {
    fc.assert(
      fc.property(text, (name) => {
        const formatted = formatSubject({ group: '', version: 'v1', resource: 'pods', namespace: 'a', name });
        expect(formatted).toMatch(/^[!#-$&-~]*$/);
      }),
    );
  });

  it('leaves the usual names as they are', () => {
    const subject = {
      group: 'apps',
      version: 'v1',
      resource: 'deployments',
      namespace: 'shop',
      name: 'checkout',
    };
    expect(formatSubject(subject)).toBe('apps/v1/deployments/shop/checkout');
    expect(
      formatSubject({ ...subject, group: '', resource: 'nodes', namespace: '', name: 'system:node:a' }),
    ).toBe('/v1/nodes//system:node:a');
  });
});

describe('parseSubject()', () => {
  it.each([
    '',
    'a',
    'apps/v1/deployments/shop',
    'apps/v1/deployments/shop/a/b',
    '/v1/pods/ns/',
    '//pods/ns/a',
    'apps/v1/x/y/~zz',
  ])('refuses %j', (bad) => {
    expect(parseSubject(bad)).toBeUndefined();
  });
});

describe('formatSource()', () => {
  it('is read back by parseSource() for any cluster name', () => {
    fc.assert(
      fc.property(text, (cluster) => {
        expect(parseSource(formatSource(cluster, 'events-watcher'))).toEqual({
          cluster,
          functionName: 'events-watcher',
        });
      }),
    );
  });

  it.each([
    '',
    '/',
    '/clusters/a',
    '/clusters//f',
    'clusters/a/f',
    '/clusters/a/f/g',
    '/apis/v1/namespaces/x',
  ])('is not what %j is', (other) => {
    expect(parseSource(other)).toBeUndefined();
  });
});
