import { describe, expect, it } from 'vitest';
import type { CloudEvent } from '../../core/cloud-event.ts';
import { compileTriggerFilter } from './compile-filter.ts';

const event: CloudEvent = {
  id: 'i',
  source: '/clusters/c/resources-ingester',
  type: 'io.kubemirror.resource.upserted',
  subject: '/v1/pods/ns/x',
  extensions: { kind: 'Pod' },
  data: undefined,
};

describe('compileTriggerFilter', () => {
  it.each([
    [{}, true],
    [{ filter: {} }, true],
    [{ filter: { attributes: { type: event.type } } }, true],
    [{ filter: { attributes: { type: event.type, kind: 'Node' } } }, false],
    [{ filter: { attributes: { kind: '' } } }, true],
    [{ filter: { attributes: { missing: '' } } }, false],
    [{ filters: [] }, true],
    [{ filters: [], filter: { attributes: { type: 'other' } } }, false],
    [{ filters: [{ exact: { kind: 'Pod' } }], filter: { attributes: { type: 'other' } } }, true],
    [{ filters: [{ exact: { type: event.type, kind: 'Pod' } }] }, true],
    [{ filters: [{ exact: { kind: 'pod' } }] }, false],
    [{ filters: [{ exact: { specversion: '1.0' } }] }, true],
    [{ filters: [{ prefix: { type: 'io.kubemirror.resource.' } }] }, true],
    [{ filters: [{ prefix: { subject: 'v1' } }] }, false],
    [{ filters: [{ suffix: { source: '/resources-ingester' } }] }, true],
    [{ filters: [{ suffix: { time: 'Z' } }] }, false],
    [{ filters: [{ any: [{ exact: { kind: 'Node' } }, { exact: { kind: 'Pod' } }] }] }, true],
    [{ filters: [{ all: [{ exact: { kind: 'Node' } }, { exact: { kind: 'Pod' } }] }] }, false],
    [{ filters: [{ not: { exact: { kind: 'Node' } } }] }, true],
    [{ filters: [{ not: { exact: { missing: 'x' } } }] }, true],
    [{ filters: [{ exact: { kind: 'Pod' } }, { not: { exact: { id: 'i' } } }] }, false],
    [{ filters: [{ exact: { constructor: 'x' } }] }, false],
  ])('%j matches: %s', (spec, matches) => {
    expect(compileTriggerFilter(spec)(event)).toBe(matches);
  });

  it.each([
    [{ filters: [{ cesql: "type = 'x'" }] }, 'no CESQL'],
    [{ filters: [{ exactly: {} }] }, 'dialect "exactly"'],
    [{ filters: [{}] }, '0 dialects'],
    [{ filters: [{ exact: { a: 'b' }, prefix: { a: 'b' } }] }, '2 dialects'],
    [{ filters: [{ exact: {} }] }, 'empty exact'],
    [{ filters: [{ prefix: { a: '' } }] }, 'empty value'],
    [{ filters: [{ exact: { a: 1 } }] }, 'expected a string'],
    [{ filters: [{ any: [] }] }, 'empty any'],
    [{ filters: ['x'] }, 'expected an object'],
    [{ filter: 'x' }, 'expected an object'],
  ])('refuses %j', (spec, message) => {
    expect(() => compileTriggerFilter(spec)).toThrow(message);
  });
});
