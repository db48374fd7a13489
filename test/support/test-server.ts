import { startPostgres } from '../../lib/local/postgres.ts';

export type TestServer = { readonly url: string; readonly stop: () => Promise<void> };

/**
 * The run's PostgreSQL: an existing server when `DATABASE_URL` or `DB_HOST` names one, a container with
 * `TEST_POSTGRES=container` (image from `TEST_POSTGRES_IMAGE`), else the embedded one.
 */
export async function startTestServer(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<TestServer> {
  const existing = existingServerUrl(environment);
  if (existing !== undefined) return { url: existing, stop: async () => {} };
  if (environment['TEST_POSTGRES'] === 'container') return startContainer(environment['TEST_POSTGRES_IMAGE']);
  const server = await startPostgres({ unsafeButFast: true });
  return { url: server.url(), stop: server.stop };
}

function existingServerUrl(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  if (environment['DATABASE_URL']) return environment['DATABASE_URL'];
  if (!environment['DB_HOST']) return undefined;
  const url = new URL(`postgres://${environment['DB_HOST']}:${environment['DB_PORT'] ?? '5432'}`);
  url.username = encodeURIComponent(environment['DB_USER'] ?? 'postgres');
  url.password = encodeURIComponent(environment['DB_PASS'] ?? '');
  url.pathname = `/${environment['DB_NAME'] ?? 'postgres'}`;
  url.search = environment['DB_PARAMS'] ?? '';
  return url.href;
}

async function startContainer(image = 'postgres:18'): Promise<TestServer> {
  // Loaded only here: it takes a second, and most runs need no Docker.
  const { GenericContainer, Wait } = await import('testcontainers');
  const container = await new GenericContainer(image)
    .withEnvironment({ POSTGRES_PASSWORD: 'test' })
    .withCommand(['postgres', '-c', 'fsync=off', '-c', 'wal_level=logical', '-c', 'max_connections=200'])
    .withExposedPorts(5432)
    // The image starts twice: once to initialise, once to serve.
    .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
    .start();
  return {
    url: `postgres://postgres:test@${container.getHost()}:${container.getMappedPort(5432)}/postgres`,
    stop: async () => {
      await container.stop();
    },
  };
}
