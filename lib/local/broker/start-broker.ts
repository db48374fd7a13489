import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createPoster } from '../../cloudevents/create-poster.ts';
import type { Log } from '../../runtime/log.ts';
import { type BrokerFaults, noFaults } from './broker-faults.ts';
import { type BrokerManifests, selectBrokerManifests } from './broker-manifests.ts';
import { brokerProfile } from './broker-profile.ts';
import type { BrokerStats } from './broker-stats.ts';
import { createCallSubscriber } from './call-subscriber.ts';
import { createDispatcher, type Dispatcher } from './create-dispatcher.ts';
import type { Destination } from './delivery-spec.ts';
import { openEventJournal } from './event-journal.ts';
import { judgeIngressRequest, passThroughHeaders, readIngressEvent } from './judge-ingress.ts';
import { readManifests } from './read-manifests.ts';
import { resolveDestination } from './resolve-destination.ts';
import { startPingSources } from './start-ping-sources.ts';

export type BrokerOptions = {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** A folder of manifests such as `knative`, or what was read from one. */
  readonly manifests: string | BrokerManifests;
  /** Base URLs by the name of the Service that manifests refer to; more can come later. */
  readonly services?: Readonly<Record<string, string>>;
  /** Default `imc-sync`; see `brokerProfile`. */
  readonly profile?: string;
  readonly faults?: Partial<BrokerFaults>;
  /** Where profiles that store keep what they have accepted; without it a restart forgets. */
  readonly dataDir?: string | undefined;
  /** Whether PingSources fire. Default false. */
  readonly pings?: boolean;
  readonly random?: () => number;
  readonly log?: Log;
};

export type DevelopmentBroker = {
  readonly url: string;
  /** What K_SINK is for senders to this broker. */
  readonly brokerUrl: (namespace: string, name: string) => string;
  readonly setService: (name: string, url: string) => void;
  /** Switches faults on and off; those that are not named stay as they are. */
  readonly setFaults: (faults: Partial<BrokerFaults>) => void;
  readonly stats: () => BrokerStats;
  /** Resolves when every accepted event is settled. */
  readonly idle: () => Promise<void>;
  /** Ends at once, in the middle of deliveries; what a class would lose by that is lost. */
  readonly stop: () => Promise<void>;
};

/** What the multi-tenant ingress would buffer has no bound; the double's has. */
const maxBodyBytes = 64 * 1024 * 1024;

/** Namespace of manifests that name none; `knative/kustomization.yaml` sets the same. */
const defaultNamespace = 'kubemirror';

/**
 * A broker for development and tests: HTTP ingress, Triggers, delivery and losses of the class that `profile`
 * names, on one machine. Its state and faults can be seen and set below `/_broker/`, which no real broker has.
 */
export async function startBroker(options: BrokerOptions): Promise<DevelopmentBroker> {
  const host = options.host ?? '127.0.0.1';
  const log = options.log ?? silentLog;
  const random = options.random ?? Math.random;
  const profile = brokerProfile(options.profile ?? 'imc-sync');
  const manifests =
    typeof options.manifests === 'string'
      ? selectBrokerManifests(await readManifests(options.manifests), defaultNamespace)
      : options.manifests;
  const services = new Map(Object.entries(options.services ?? {}));
  let faults: BrokerFaults = { ...noFaults, ...options.faults };
  const stopping = new AbortController();
  const { signal } = stopping;

  // Brokers keep idle connections for 90 s; subscribers have to bear that.
  const poster = createPoster({ connections: 1_000, maxAnswerBytes: maxBodyBytes, keepAliveMs: 90_000 });
  const journal =
    profile.durable && options.dataDir !== undefined
      ? await openEventJournal(join(options.dataDir, `broker-${profile.name}.jsonl`))
      : undefined;

  const server = createServer();
  // Go's ingress has a read timeout of 10 s, which is its idle timeout as well.
  server.requestTimeout = 10_000;
  server.keepAliveTimeout = 10_000;
  server.listen(options.port ?? 0, host);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  const url = `http://${host}:${port}`;
  const brokerUrl = (namespace: string, name: string) => `${url}/${namespace}/${name}`;

  const call = createCallSubscriber({
    post: poster.post,
    faults: () => faults,
    random,
    now: Date.now,
    signal,
  });
  const resolve = (destination: Destination, namespace: string) =>
    resolveDestination(destination, { services, brokerUrl, namespace });
  const dispatcher = createDispatcher({
    manifests,
    profile,
    resolve,
    call,
    journal,
    faults: () => faults,
    random,
    now: Date.now,
    sleep: (ms) => delay(ms, undefined, { signal }),
    signal,
    log,
  });

  server.on('request', (request, response) => {
    void serve(request, response).catch((error: unknown) => {
      if (!signal.aborted) log.error({ err: error }, 'Cannot answer a source');
      response.destroy();
    });
  });

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '/';
    if (request.method === 'GET' && (path === '/readyz' || path === '/livez')) {
      response.end('ok');
      return;
    }
    if (path.startsWith('/_broker/')) {
      await serveAdministration(request, response, { dispatcher, services, setFaults });
      return;
    }
    response.setHeader('allow', 'POST, OPTIONS');
    const verdict = judgeIngressRequest({ method: request.method ?? '', path });
    if (verdict.kind === 'answer') {
      response.writeHead(verdict.status, verdict.headers).end();
      return;
    }
    const read = readIngressEvent(request.headers, await readBody(request));
    if (read.kind === 'invalid') {
      log.debug({ reason: read.reason }, 'refused a request');
      response.writeHead(400).end();
      return;
    }
    const status = await dispatcher.accept({
      namespace: verdict.namespace,
      broker: verdict.broker,
      event: read.event,
      mode: read.mode,
      headers: passThroughHeaders(request.headers),
    });
    if (faults.ackDelayMs > 0) await delay(faults.ackDelayMs, undefined, { signal });
    if (status === 202 && random() < faults.dropAck) response.destroy();
    else response.writeHead(status).end();
  };

  const setFaults = (changes: Partial<BrokerFaults>): void => {
    faults = { ...faults, ...changes };
  };

  const pings =
    options.pings === true ? startPingSources({ manifests, resolve, post: poster.post, signal, log }) : [];

  return {
    url,
    brokerUrl,
    setService: (name, serviceUrl) => {
      services.set(name, serviceUrl);
    },
    setFaults,
    stats: () => structuredClone(dispatcher.stats),
    idle: dispatcher.idle,
    stop: async () => {
      stopping.abort(new Error('the development broker stops'));
      server.closeAllConnections();
      const closed = once(server, 'close');
      server.close();
      await Promise.all([closed, ...pings]);
      await poster.close();
      await journal?.close();
    },
  };
}

async function serveAdministration(
  request: IncomingMessage,
  response: ServerResponse,
  broker: {
    readonly dispatcher: Dispatcher;
    readonly services: Map<string, string>;
    readonly setFaults: (faults: Partial<BrokerFaults>) => void;
  },
): Promise<void> {
  switch (`${request.method} ${request.url}`) {
    case 'GET /_broker/stats':
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(broker.dispatcher.stats));
      return;
    case 'PUT /_broker/faults':
      broker.setFaults(JSON.parse((await readBody(request)).toString()) as Partial<BrokerFaults>);
      break;
    case 'PUT /_broker/services':
      for (const [name, url] of Object.entries(
        JSON.parse((await readBody(request)).toString()) as Record<string, string>,
      )) {
        broker.services.set(name, url);
      }
      break;
    default:
      response.writeHead(404).end();
      return;
  }
  response.writeHead(204).end();
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBodyBytes) throw new RangeError(`Cannot read body: above ${maxBodyBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
