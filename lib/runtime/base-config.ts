import { z } from 'zod';
import { duration, flag, integer, port, share } from './config-fields.ts';

/** Variables that every function reads; a function's schema is `baseConfig(8082).extend({…})`. */
export function baseConfig(defaultPort: number) {
  return z.object({
    PORT: port(defaultPort).describe('Port of the function and of its probes'),
    METRICS_PORT: port(9090).describe('Port of /metrics'),
    DEBUG: flag(false).describe('Log at debug level'),
    OTEL_ENABLED: flag(false).describe('Push metrics and traces by OTLP to OTEL_EXPORTER_OTLP_ENDPOINT'),
    OTEL_EXPORT_INTERVAL: duration('50s').describe('How often metrics are pushed'),
    OTEL_TRACES_SAMPLER: z
      .enum([
        'always_on',
        'always_off',
        'traceidratio',
        'parentbased_always_on',
        'parentbased_always_off',
        'parentbased_traceidratio',
      ])
      .default('parentbased_traceidratio')
      .describe('Which traces are recorded, by a name of the OpenTelemetry specification'),
    OTEL_BSP_SCHEDULE_DELAY: integer({ min: 10, max: 60_000, default: 5_000 }).describe(
      'Milliseconds between two sends of spans',
    ),
    OTEL_TRACES_SAMPLER_ARG: share(0.01).describe('Share of the traces for the samplers by ratio, 0 to 1'),
    DRAIN_TIMEOUT: duration('25s').describe('Longest wait for work in flight after SIGTERM'),
  });
}

/** Variables of every function that uses PostgreSQL. */
export const databaseConfig = {
  DATABASE_URL: z
    .string()
    .regex(/^postgres(?:ql)?:\/\//, 'expected postgres://…')
    .refine((text) => URL.canParse(text), 'expected a URL, with %-escapes in user and password')
    .optional()
    .describe('Connection string; wins over DB_*')
    .meta({ secret: true }),
  DB_HOST: z.string().default('localhost').describe('PostgreSQL host'),
  DB_PORT: port(5432).describe('PostgreSQL port'),
  DB_NAME: z.string().default('krateo-db').describe('Database'),
  DB_USER: z.string().default('').describe('User'),
  DB_PASS: z.string().default('').describe('Password').meta({ secret: true }),
  DB_PARAMS: z
    .string()
    .default('')
    .describe('Further parameters as a query string, such as sslmode=verify-full'),
  DB_READY_TIMEOUT: duration('4m').describe('Longest wait for PostgreSQL at start'),
  DB_POOL_SIZE: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, 'expected a whole number from 1 to 999')
    .transform(Number)
    .prefault('8')
    .describe('Most connections of this process'),
};
