import { expect, it } from 'vitest';
import { remedyOf } from './replication-error.ts';

it.each([
  ['55000', 'resynchronise'],
  ['42704', 'resynchronise'],
  ['58P01', 'resynchronise'],
  ['28P01', 'give-up'],
  ['42501', 'give-up'],
  ['3D000', 'give-up'],
  ['55006', 'retry'],
  ['57P01', 'retry'],
  ['57P03', 'retry'],
  ['53300', 'retry'],
  ['42P01', 'retry'],
  ['EPIPE', 'retry'],
  ['ECONNRESET', 'retry'],
  [undefined, 'retry'],
] as const)('remedyOf() answers code %s with %s', (code, remedy) => {
  expect(remedyOf(Object.assign(new Error('no'), { code }))).toBe(remedy);
});
