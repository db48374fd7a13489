import { expect, it } from 'vitest';
import { classifyError, type DatabaseErrorKind } from './classify-error.ts';

const withCode = (code: string, message = 'an error') => Object.assign(new Error(message), { code });

it.each<[DatabaseErrorKind, string, unknown]>([
  ['data', 'NUL in jsonb', withCode('22P05')],
  ['data', 'invalid UTF-8', withCode('22021')],
  ['data', 'a broken constraint', withCode('23514')],
  ['data', 'a key too long for its index', withCode('54000')],
  ['unavailable', 'a refused connection', withCode('ECONNREFUSED')],
  ['unavailable', 'a broken pipe', withCode('EPIPE')],
  ['unavailable', 'a name that is not found', withCode('ENOTFOUND')],
  ['unavailable', 'all addresses refused', new AggregateError([withCode('ECONNREFUSED')], '')],
  ['unavailable', 'a server that shuts down', withCode('57P01')],
  ['unavailable', 'a server that starts', withCode('57P03')],
  ['unavailable', 'too many connections', withCode('53300')],
  ['unavailable', 'a standby after a failover', withCode('25006')],
  ['unavailable', 'a table that is not there yet', withCode('42P01')],
  ['unavailable', 'a connection that ended', new Error('Connection terminated unexpectedly')],
  ['unavailable', 'no connection in time', new Error('timeout exceeded when trying to connect')],
  ['conflict', 'a deadlock', withCode('40P01')],
  ['conflict', 'a lock that took too long', withCode('55P03')],
  ['conflict', 'a statement that took too long', withCode('57014')],
  ['unknown', 'a mistake in a statement', withCode('42601')],
  ['unknown', 'a bug of ours', new TypeError('x is not a function')],
  ['unknown', 'no error at all', 'text'],
])('classifyError() is %s for %s', (kind, _, error) => {
  expect(classifyError(error)).toBe(kind);
});
