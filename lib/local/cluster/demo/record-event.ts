import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { KubernetesRequest } from '../../../core/kubernetes-request.ts';
import { timestamp } from '../writes/timestamp.ts';

/** What happened, as a controller says it. */
export type Happening = {
  /** Such as `replicaset-controller` or `kubelet`. */
  readonly component: string;
  /** Node of the component, where it has one. */
  readonly host?: string;
  readonly about: KubernetesObject;
  /** Part of the object, such as `spec.containers{app}`. */
  readonly fieldPath?: string;
  readonly type?: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
};

export type RecordEvent = (happening: Happening) => Promise<void>;

type Known = { readonly name: string; readonly count: number; readonly firstTimestamp: string };

/** More than all workloads of a demo have to say; the oldest are forgotten, as the recorder of controllers does. */
const maxKnownEvents = 4_096;

/**
 * Events as the recorder of controllers writes them: the first time as a new object named after its subject
 * and the moment in nanoseconds, every repetition as a patch of `count` and `lastTimestamp` of that object.
 * What it has written it only remembers, so a restarted demo starts new events, as restarted controllers do.
 */
export function createEventRecorder(dependencies: {
  readonly request: KubernetesRequest;
  readonly now: () => Date;
  readonly random: () => number;
}): RecordEvent {
  const { request, now, random } = dependencies;
  const known = new Map<string, Known>();

  const create = async (happening: Happening, count: number, firstTimestamp: string | undefined) => {
    const at = now();
    const event = eventOf(happening, {
      name: `${happening.about.metadata.name}.${nanoseconds(at, random)}`,
      at: timestamp(at),
      firstTimestamp: firstTimestamp ?? timestamp(at),
      count,
    });
    const { namespace, name } = event.metadata;
    const answer = await request({
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/events?fieldManager=${managerOf(happening.component)}`,
      body: event,
    });
    // An event is a courtesy: its namespace may be going, and nobody writes it twice.
    if (answer.status >= 300 || name === undefined) return undefined;
    return { name, count, firstTimestamp: String(event['firstTimestamp']) };
  };

  return async (happening) => {
    const { metadata } = happening.about;
    const key = [
      happening.component,
      happening.host,
      metadata.uid,
      happening.fieldPath,
      happening.type,
      happening.reason,
      happening.message,
    ].join('\n');
    const before = known.get(key);
    known.delete(key);
    const after =
      before === undefined
        ? await create(happening, 1, undefined)
        : await repeat(request, happening, before, timestamp(now())).then(
            (repeated) => repeated ?? create(happening, before.count + 1, before.firstTimestamp),
          );
    if (after === undefined) return;
    known.set(key, after);
    const [oldest] = known.keys();
    if (known.size > maxKnownEvents && oldest !== undefined) known.delete(oldest);
  };
}

/** @returns undefined where the event has expired */
async function repeat(
  request: KubernetesRequest,
  { about, component }: Happening,
  before: Known,
  at: string,
): Promise<Known | undefined> {
  const count = before.count + 1;
  const answer = await request({
    method: 'PATCH',
    path: `/api/v1/namespaces/${namespaceOf(about)}/events/${before.name}?fieldManager=${managerOf(component)}`,
    headers: { 'content-type': 'application/strategic-merge-patch+json' },
    body: { count, lastTimestamp: at },
  });
  return answer.status < 300 ? { ...before, count } : undefined;
}

function eventOf(
  { component, host, about, fieldPath, type, reason, message }: Happening,
  { name, at, firstTimestamp, count }: Known & { readonly at: string },
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace: namespaceOf(about) },
    involvedObject: {
      kind: about.kind,
      ...(about.metadata.namespace === undefined ? {} : { namespace: about.metadata.namespace }),
      name: about.metadata.name,
      uid: about.metadata.uid,
      apiVersion: about.apiVersion,
      resourceVersion: about.metadata.resourceVersion,
      ...(fieldPath === undefined ? {} : { fieldPath }),
    },
    reason,
    message,
    source: { component, ...(host === undefined ? {} : { host }) },
    firstTimestamp,
    lastTimestamp: at,
    count,
    type: type ?? 'Normal',
    eventTime: null,
    reportingComponent: component,
    reportingInstance: host ?? '',
  };
}

/** Events about objects without a namespace are in `default`. */
function namespaceOf(about: KubernetesObject): string {
  return about.metadata.namespace ?? 'default';
}

function managerOf(component: string): string {
  return component === 'kubelet' ? 'kubelet' : 'kube-controller-manager';
}

/** The clock has milliseconds; the rest keeps names apart. */
function nanoseconds(at: Date, random: () => number): string {
  return (BigInt(at.getTime()) * 1_000_000n + BigInt(Math.floor(random() * 1_000_000))).toString(16);
}
