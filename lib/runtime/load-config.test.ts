import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { baseConfig, databaseConfig } from './base-config.ts';
import { commaList } from './config-fields.ts';
import { ConfigError, loadConfig } from './load-config.ts';

const schema = baseConfig(8082).extend({ ...databaseConfig, NAMESPACES: commaList(), K_SINK: z.url() });

describe('loadConfig()', () => {
  it('fills in the defaults and parses durations, flags and lists', () => {
    const config = loadConfig(schema, {
      K_SINK: 'http://broker/ns/default',
      DEBUG: 'true',
      NAMESPACES: ' a, ,b ',
    });
    expect(config).toMatchObject({
      PORT: 8082,
      DEBUG: true,
      DB_READY_TIMEOUT: 240_000,
      NAMESPACES: ['a', 'b'],
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('takes a blank value for an absent one', () => {
    expect(loadConfig(schema, { K_SINK: 'http://b', PORT: '', DB_PORT: ' ' })).toMatchObject({
      PORT: 8082,
      DB_PORT: 5432,
    });
  });

  it('takes the port out of the form that service links have', () => {
    expect(loadConfig(schema, { K_SINK: 'http://b', PORT: 'tcp://10.0.0.1:8099' })).toMatchObject({
      PORT: 8099,
    });
  });

  it('lists every problem at once and shows no value', () => {
    const secret = 'hunter2';
    const load = () =>
      loadConfig(schema, { PORT: secret, DEBUG: 'maybe', DB_READY_TIMEOUT: 'soon', DATABASE_URL: secret });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(/PORT: [\s\S]*DEBUG: [\s\S]*/);
    for (const name of ['PORT', 'DEBUG', 'DB_READY_TIMEOUT', 'DATABASE_URL', 'K_SINK'])
      expect(load).toThrow(name);
    expect(load).not.toThrow(secret);
  });
});
