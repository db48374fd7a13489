import type { ClientConfig } from 'pg';

/** What `databaseConfig` of lib/runtime parsed from the environment. */
export type DatabaseConfig = {
  readonly DATABASE_URL?: string | undefined;
  readonly DB_HOST: string;
  readonly DB_PORT: number;
  readonly DB_NAME: string;
  readonly DB_USER: string;
  readonly DB_PASS: string;
  readonly DB_PARAMS: string;
};

/**
 * Settings of one connection. `DATABASE_URL` wins over `DB_*`; `DB_PARAMS` is the query string of the URL that
 * `DB_*` make, `connect_timeout` (seconds, as libpq has it) among them.
 * @param applicationName shown in `pg_stat_activity`
 */
export function connectionSettings(config: DatabaseConfig, applicationName: string): ClientConfig {
  const url = config.DATABASE_URL ?? urlOf(config);
  const timeoutSeconds = Number(new URL(url).searchParams.get('connect_timeout') ?? 5);
  return {
    connectionString: url,
    application_name: applicationName,
    // A server that takes the connection and says nothing must not hold up everything behind it.
    connectionTimeoutMillis: (timeoutSeconds > 0 ? timeoutSeconds : 5) * 1_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}

function urlOf(config: DatabaseConfig): string {
  const url = new URL('postgres://localhost');
  // A Unix socket's folder goes as a parameter, because a URL's host cannot hold slashes.
  if (config.DB_HOST.startsWith('/')) url.searchParams.set('host', config.DB_HOST);
  else url.hostname = config.DB_HOST.includes(':') ? `[${config.DB_HOST}]` : config.DB_HOST;
  url.port = String(config.DB_PORT);
  url.username = encodeURIComponent(config.DB_USER);
  url.password = encodeURIComponent(config.DB_PASS);
  url.pathname = `/${encodeURIComponent(config.DB_NAME)}`;
  for (const [name, value] of new URLSearchParams(config.DB_PARAMS)) url.searchParams.set(name, value);
  return url.href;
}
