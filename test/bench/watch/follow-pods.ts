import { resourcesWatcherConfig } from '../../../functions/resources-watcher/config.ts';
import { createWatchManager } from '../../../functions/resources-watcher/watch-manager.ts';
import { createEventSink } from '../../../lib/cloudevents/create-event-sink.ts';
import type { CloudEvent } from '../../../lib/core/cloud-event.ts';
import { createDelivery, type DeliveryOutcome } from '../../../lib/core/create-delivery.ts';
import { eventTypes } from '../../../lib/core/event-types.ts';
import { createDispatchers } from '../../../lib/kubernetes/create-dispatchers.ts';
import { createRequest } from '../../../lib/kubernetes/create-request.ts';
import { createStream } from '../../../lib/kubernetes/create-stream.ts';
import { loadConfig } from '../../../lib/runtime/load-config.ts';
import { sleep } from '../../../lib/runtime/sleep.ts';

/**
 * resources-watcher's own parts in a fresh process, from the connection to the sink; with BENCH_SINK_PORT 0 the
 * sink acknowledges without being sent anything. Prints what it cost once all changes have been delivered.
 */
const objects = Number(process.env['BENCH_OBJECTS']);
const changes = Number(process.env['BENCH_CHANGES']);
const sinkPort = Number(process.env['BENCH_SINK_PORT']);
const config = loadConfig(resourcesWatcherConfig, {
  K_SINK: `http://127.0.0.1:${sinkPort || 1}/kubemirror/default`,
  CLUSTER_NAME: 'bench',
});
const quiet = { debug: () => {}, info: () => {}, warn: console.error, error: console.error };

const server = {
  origin: `http://127.0.0.1:${process.env['BENCH_API_PORT']}`,
  pathPrefix: '',
  credentials: { current: async () => ({ headers: {}, tls: {} }), renew: async () => {} },
  dispatchers: createDispatchers({}),
  userAgent: 'kubemirror/bench',
};

const accepted: DeliveryOutcome = { kind: 'accepted' };
const sink = createEventSink({
  sinkUrl: config.K_SINK,
  maxInFlight: config.MAX_IN_FLIGHT,
  timeoutMs: config.SEND_TIMEOUT,
  now: Date.now,
  random: Math.random,
  log: quiet,
});
const send = sinkPort === 0 ? async (_event: CloudEvent) => accepted : sink.send;

let upserted = 0;
let manifestEntries = 0;
const startedMs = performance.now();
let listedMs = 0;
let cpuAtList = process.cpuUsage();
let watchStartedMs = 0;

const delivery = createDelivery({
  send,
  maxInFlight: config.MAX_IN_FLIGHT,
  maxInFlightBytes: 32 * 1024 * 1024,
  maxSetAside: 100,
  signal: new AbortController().signal,
  sleep,
  random: Math.random,
  nowMs: Date.now,
  onReply: () => {},
  observe: ({ kind, ...event }) => {
    if (kind !== 'accepted') return;
    if ('type' in event && event.type === eventTypes.resourceManifest) manifestEntries += 1;
    if (!('type' in event) || event.type !== eventTypes.resourceUpserted) return;
    upserted += 1;
    if (upserted === objects) {
      listedMs = performance.now() - startedMs;
    }
    if (upserted === objects + 1) {
      cpuAtList = process.cpuUsage();
      watchStartedMs = performance.now();
    }
    if (upserted === objects + changes) report();
  },
});

const nothing = () => {};
createWatchManager({
  config,
  assets: {
    staticKinds: [{ group: '', version: 'v1', resource: 'pods', kind: 'Pod' }],
    managedGroups: new Set<string>(),
  },
  cluster: 'bench',
  connection: { request: createRequest(server), stream: createStream(server) },
  electionLease: undefined,
  identity: 'bench',
  checkpoints: undefined,
  delivery,
  metrics: {
    onDelivery: nothing,
    onAttempt: nothing,
    onReflector: nothing,
    onReconciled: nothing,
    onWanted: nothing,
  },
  log: quiet,
  nowMs: Date.now,
  random: Math.random,
}).start();

function report(): void {
  const { user, system } = process.cpuUsage(cpuAtList);
  const seconds = (performance.now() - watchStartedMs) / 1_000;
  process.stdout.write(
    `${JSON.stringify({
      peak_rss_mb: process.resourceUsage().maxRSS / 1_024,
      cpu_us_per_change: (user + system) / changes,
      changes_per_s: changes / seconds,
      list_seconds: listedMs / 1_000,
      manifests: manifestEntries,
    })}\n`,
    () => process.exit(0),
  );
}
