import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import { createEventSink } from '../../lib/cloudevents/create-event-sink.ts';
import type { CloudEvent } from '../../lib/core/cloud-event.ts';
import { serveHttp } from '../../lib/http/serve.ts';
import { statusResponse } from '../../lib/http/status-response.ts';
import { connectionSettings } from '../../lib/postgres/connection-settings.ts';
import { createPool } from '../../lib/postgres/create-pool.ts';
import { quarantineEvent } from '../../lib/postgres/quarantine-event.ts';
import { tableName } from '../../lib/postgres/replication/change-source.ts';
import { chooseChangeSource } from '../../lib/postgres/replication/choose-change-source.ts';
import { waitForDatabase } from '../../lib/postgres/wait-for-database.ts';
import type { Running, Start } from '../../lib/runtime/run-function.ts';
import { startTelemetry } from '../../lib/telemetry/start-telemetry.ts';
import { changeEvent } from './change-event.ts';
import type { changesSourceConfig } from './config.ts';
import { createSource } from './create-source.ts';
import { createDeliverChange } from './deliver-change.ts';
import { createSourceMetrics } from './source-metrics.ts';
import { undecodableEvent } from './undecodable-event.ts';

/** Left of DRAIN_TIMEOUT for saying goodbye to PostgreSQL and the sink. */
const goodbyeMs = 3_000;
const statusEveryMs = 30_000;

export async function startChangesSource({
  config,
  log,
  signal,
}: Start<Readonly<z.output<typeof changesSourceConfig>>>): Promise<Running> {
  const telemetry = await startTelemetry({ functionName: 'changes-source', config });
  const connection = connectionSettings(config, 'kubemirror-changes-source');
  const pool = createPool({
    connection,
    size: 2,
    statementTimeoutMs: 30_000,
    onIdleError: (error) => log.warn({ err: error }, 'a database connection was lost'),
  });
  await waitForDatabase({
    query: () => pool.query('select'),
    timeoutMs: config.DB_READY_TIMEOUT,
    signal,
    onRetry: (error, delayMs) => log.warn({ err: error, delayMs }, 'waiting for PostgreSQL'),
  });
  const choice = await chooseChangeSource(connection, config.CHANGE_SOURCE);
  log.info(choice, 'chose how changes are read');
  const cluster = config.CLUSTER_NAME ?? `database-${choice.systemId}`;

  const sink = createEventSink({
    sinkUrl: config.K_SINK,
    ceOverrides: config.K_CE_OVERRIDES,
    caCerts: config.K_CA_CERTS,
    tokenFile: config.OIDC_TOKEN_FILE,
    maxInFlight: config.MAX_IN_FLIGHT,
    timeoutMs: config.SEND_TIMEOUT,
    now: Date.now,
    random: Math.random,
    log,
  });
  // Only for pauses: what is under way at SIGTERM shall arrive, and listening to a signal costs every send 10 µs.
  const givingUp = new AbortController();
  const quarantine = async (event: CloudEvent, reason: string): Promise<void> => {
    const client = await pool.connect();
    try {
      await quarantineEvent(client, { functionName: 'changes-source', reason, event });
    } finally {
      client.release();
    }
  };
  const types = new Map(config.CHANGE_TABLES.map((table) => [tableName(table), table.type]));
  const send = telemetry.tracing.emitting(sink.send);
  const deliver = createDeliverChange({
    send: (event) => send(event, {}),
    quarantine,
    sleep: (ms) => delay(ms, undefined, { signal: givingUp.signal }),
    now: Date.now,
    observe: (event) => {
      metrics.observe(event);
      if (event.kind !== 'accepted') {
        log.warn({ id: event.event.id, reason: event.reason }, `a change was ${event.kind}`);
      }
    },
  });
  const source = createSource(choice.kind, {
    config,
    connection,
    drainTimeoutMs: Math.max(0, config.DRAIN_TIMEOUT - goodbyeMs),
    deliver: (change) => deliver(changeEvent(change, { type: types.get(change.table) ?? '', cluster })),
    setAside: async (problem) => {
      log.error({ err: problem.error, position: problem.position }, 'a message was not understood');
      const type = config.CHANGE_TABLES[0]?.type ?? '';
      await quarantine(undecodableEvent(problem, { type, cluster }), String(problem.error));
    },
    log,
  });
  const metrics = createSourceMetrics(telemetry.metrics, { status: source.status, now: Date.now });

  const server = await serveHttp({
    port: config.PORT,
    fetch: () => statusResponse(404, 'the server could not find the requested path'),
    health: {
      notReady: () => (source.status().role === 'connecting' ? 'not connected to PostgreSQL' : undefined),
    },
    onError: (error) => log.error({ err: error }, 'a request failed'),
  });
  const statusTimer = setInterval(() => log.info(source.status(), 'status'), statusEveryMs);
  const running = source.run(signal);
  const failed = running.then(
    () => new Promise<never>(() => {}),
    (error: unknown) => Promise.reject(error),
  );
  return {
    failed,
    stop: async () => {
      await running;
      givingUp.abort(new Error('the process ends'));
      clearInterval(statusTimer);
      // Sends that are under way still are given up: they come again after the restart.
      await Promise.race([sink.close(), delay(goodbyeMs / 3)]);
      await server.close();
      await pool.end();
      await telemetry.stop();
    },
  };
}
