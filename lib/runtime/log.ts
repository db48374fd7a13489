import { pino } from 'pino';
import { describeError } from './describe-error.ts';

/** The logger's narrow face: an object of fields first, a constant message second. */
export type Log = {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};

/**
 * One JSON object a line on stderr. Errors go under `err`. Names that hold credentials are removed wherever
 * they stand at the first three levels, as a net under the rule that nobody logs them at all.
 */
export function createLog(options: { readonly functionName: string; readonly debug: boolean }): Log {
  const secrets = [
    'authorization',
    'password',
    'token',
    'secret',
    'DB_PASS',
    'DATABASE_URL',
    'JWT_SIGN_KEY',
    'connectionString',
  ];
  return pino(
    {
      level: options.debug ? 'debug' : 'info',
      base: { function: options.functionName },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: (error: unknown) => describeError(error) },
      redact: { paths: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), remove: true },
    },
    pino.destination({ fd: 2, sync: true }),
  );
}
