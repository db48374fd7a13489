import { expect, it } from 'vitest';
import { connectionSettings } from './connection-settings.ts';

const config = {
  DB_HOST: 'db',
  DB_PORT: 5432,
  DB_NAME: 'krateo-db',
  DB_USER: 'me',
  DB_PASS: 'p@ss/word',
  DB_PARAMS: '',
};

it('connectionSettings() makes a URL of DB_*, with everything escaped', () => {
  expect(connectionSettings(config, 'test').connectionString).toBe(
    'postgres://me:p%40ss%2Fword@db:5432/krateo-db',
  );
});

it('connectionSettings() adds DB_PARAMS and takes connect_timeout from them', () => {
  const settings = connectionSettings({ ...config, DB_PARAMS: 'sslmode=disable&connect_timeout=7' }, 'test');
  expect(settings.connectionString).toContain('?sslmode=disable&connect_timeout=7');
  expect(settings.connectionTimeoutMillis).toBe(7_000);
});

it('connectionSettings() prefers DATABASE_URL', () => {
  const settings = connectionSettings({ ...config, DATABASE_URL: 'postgres://other/x' }, 'test');
  expect(settings).toMatchObject({ connectionString: 'postgres://other/x', application_name: 'test' });
});

it.each([
  ['::1', 'postgres://me:p%40ss%2Fword@[::1]:5432/krateo-db'],
  ['/run/postgresql', 'postgres://me:p%40ss%2Fword@localhost:5432/krateo-db?host=%2Frun%2Fpostgresql'],
])('connectionSettings() takes the host %s', (DB_HOST, url) => {
  expect(connectionSettings({ ...config, DB_HOST }, 'test').connectionString).toBe(url);
});
