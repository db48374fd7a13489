import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Post } from '../../cloudevents/create-poster.ts';
import { encodeHttpEvent } from '../../cloudevents/encode-http-event.ts';
import { judgeStatus } from '../../cloudevents/retry-policy.ts';
import type { Log } from '../../runtime/log.ts';
import type { BrokerManifests, PingSourceManifest } from './broker-manifests.ts';
import type { Destination } from './delivery-spec.ts';
import { nextPingMs } from './ping-schedule.ts';
import type { ResolvedDestination } from './resolve-destination.ts';

type PingDeps = {
  readonly resolve: (destination: Destination, namespace: string) => ResolvedDestination;
  readonly post: Post;
  /** When a schedule is due next; default `nextPingMs`. */
  readonly nextMs?: (schedule: string, afterMs: number) => number;
  readonly signal: AbortSignal;
  readonly log: Log;
};

/** Fires the PingSources of the manifests until the signal aborts; the promises then resolve. */
export function startPingSources(
  options: PingDeps & { readonly manifests: BrokerManifests },
): readonly Promise<void>[] {
  return options.manifests.pingSources.map((source) => pingUntilStopped(source, options));
}

async function pingUntilStopped(source: PingSourceManifest, deps: PingDeps): Promise<void> {
  const nextMs = deps.nextMs ?? nextPingMs;
  while (!deps.signal.aborted) {
    try {
      await delay(nextMs(source.schedule, Date.now()) - Date.now(), undefined, {
        signal: deps.signal,
        ref: false,
      });
      await ping(source, deps);
    } catch (error) {
      if (deps.signal.aborted) return;
      deps.log.error({ err: error, pingSource: source.name }, 'Cannot ping');
      return;
    }
  }
}

/** Knative's adapter tries a ping five times, then waits for the next. */
async function ping(source: PingSourceManifest, deps: PingDeps): Promise<void> {
  const destination = deps.resolve(source.sink, source.namespace);
  if (destination.kind === 'unresolved') {
    deps.log.warn({ pingSource: source.name, reason: destination.reason }, 'PingSource is not ready');
    return;
  }
  const message = encodeHttpEvent({
    id: randomUUID(),
    source: `/apis/v1/namespaces/${source.namespace}/pingsources/${source.name}`,
    type: 'dev.knative.sources.ping',
    time: new Date().toISOString(),
    extensions: {},
    data: source.data === undefined ? undefined : Buffer.from(source.data),
    ...(source.contentType === undefined ? {} : { datacontenttype: source.contentType }),
  });
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    const result = await deps.post({
      url: destination.url,
      ...message,
      timeoutMs: 600_000,
      signal: deps.signal,
    });
    if (result.kind === 'answer' && judgeStatus(result.status) !== 'retry') return;
    await delay(50 * 2 ** attempt, undefined, { signal: deps.signal });
  }
  deps.log.warn({ pingSource: source.name }, 'nobody took the ping');
}
