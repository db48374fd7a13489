import type { AppConfigKind } from '../../lib/core/app-config-kind.ts';
import type { KubernetesRequest } from '../../lib/core/kubernetes-request.ts';
import type { KubernetesStream } from '../../lib/core/kubernetes-stream.ts';
import type { ReflectorChange } from '../../lib/core/reflector-change.ts';
import { resourcePath } from '../../lib/core/resource-path.ts';
import { createReflector } from '../../lib/kubernetes/reflector.ts';
import { createRequestGate, defaultGateLimits } from '../../lib/kubernetes/request-gate.ts';
import type { Log } from '../../lib/runtime/log.ts';
import { sleep } from '../../lib/runtime/sleep.ts';

/** A definition that is not there yet is looked for this often. */
const notServedPauseMs = 5_000;

/** Passes on every change of the custom resources, until the signal aborts. */
export async function followCluster(options: {
  readonly request: KubernetesRequest;
  readonly stream: KubernetesStream;
  readonly kind: AppConfigKind;
  readonly maxSilenceMs: number;
  readonly emit: (change: ReflectorChange) => Promise<void> | undefined;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { request, kind, log, signal } = options;
  const gate = createRequestGate({ ...defaultGateLimits, nowMs: Date.now, sleep });
  while (!signal.aborted) {
    const reflector = createReflector({
      kind,
      namespace: kind.namespace,
      request,
      stream: options.stream,
      gate,
      emit: options.emit,
      firstList: 'full',
      expectsBookmarks: true,
      emitsManifests: false,
      maxSilenceMs: options.maxSilenceMs,
      isServed: async () => {
        const path = resourcePath(kind, { namespace: kind.namespace });
        return (await request({ method: 'GET', path: `${path}?limit=1` })).status !== 404;
      },
      observe: (event) => log.debug(event, 'watch of the custom resources'),
      nowMs: Date.now,
      random: Math.random,
      sleep,
    });
    await reflector.run(signal);
    log.warn({ group: kind.group, resource: kind.resource }, 'the custom resource is not served (yet)');
    await sleep(notServedPauseMs, signal);
  }
}
