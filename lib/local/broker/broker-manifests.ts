import { compileTriggerFilter, type EventFilter } from './compile-filter.ts';
import { type DeliverySpec, type Destination, parseDeliverySpec, parseDestination } from './delivery-spec.ts';

export type BrokerManifest = {
  readonly namespace: string;
  readonly name: string;
  readonly delivery?: DeliverySpec;
};

export type TriggerManifest = {
  readonly namespace: string;
  readonly name: string;
  readonly broker: string;
  readonly matches: EventFilter;
  readonly subscriber: Destination;
  readonly delivery?: DeliverySpec;
  readonly annotations: Readonly<Record<string, string>>;
};

export type PingSourceManifest = {
  readonly namespace: string;
  readonly name: string;
  readonly schedule: string;
  readonly contentType?: string;
  readonly data?: string;
  readonly sink: Destination;
};

/** What the development broker makes of a folder of manifests. */
export type BrokerManifests = {
  readonly brokers: readonly BrokerManifest[];
  readonly triggers: readonly TriggerManifest[];
  readonly pingSources: readonly PingSourceManifest[];
};

/** One YAML document with the file that it came from, for error messages. */
export type ManifestDocument = { readonly file: string; readonly value: unknown };

/**
 * Picks Brokers, Triggers and PingSources out of Kubernetes documents; all other kinds are left alone.
 * @param defaultNamespace for documents without one: kustomize adds it when it builds
 * @throws TypeError naming the file of a manifest that cannot be used
 */
export function selectBrokerManifests(
  documents: readonly ManifestDocument[],
  defaultNamespace: string,
): BrokerManifests {
  const brokers: BrokerManifest[] = [];
  const triggers: TriggerManifest[] = [];
  const pingSources: PingSourceManifest[] = [];
  for (const { file, value } of documents) {
    const { apiVersion, kind, metadata, spec = {} } = (value ?? {}) as KubernetesDocument;
    if (metadata?.name === undefined) continue;
    const identity = { namespace: metadata.namespace ?? defaultNamespace, name: metadata.name };
    try {
      switch (`${apiVersion}/${kind}`) {
        case 'eventing.knative.dev/v1/Broker':
          brokers.push({ ...identity, ...deliveryOf(spec) });
          break;
        case 'eventing.knative.dev/v1/Trigger':
          triggers.push({ ...identity, annotations: metadata.annotations ?? {}, ...readTrigger(spec) });
          break;
        case 'sources.knative.dev/v1/PingSource':
          pingSources.push({ ...identity, ...readPingSource(spec) });
          break;
      }
    } catch (cause) {
      const problem = (cause as Error).message;
      throw new TypeError(`Cannot use ${kind} "${identity.name}" in ${file}: ${problem}`, { cause });
    }
  }
  return { brokers, triggers, pingSources };
}

function readTrigger(spec: Spec): Omit<TriggerManifest, 'namespace' | 'name' | 'annotations'> {
  return {
    broker: textOf(spec, 'broker'),
    matches: compileTriggerFilter(spec),
    subscriber: parseDestination(spec['subscriber'], 'subscriber'),
    ...deliveryOf(spec),
  };
}

function readPingSource(spec: Spec): Omit<PingSourceManifest, 'namespace' | 'name'> {
  const { data, contentType } = spec;
  return {
    schedule: textOf(spec, 'schedule'),
    sink: parseDestination(spec['sink'], 'sink'),
    ...(typeof data === 'string' ? { data } : {}),
    ...(typeof contentType === 'string' ? { contentType } : {}),
  };
}

type Spec = Readonly<Record<string, unknown>>;

type KubernetesDocument = {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: Spec;
};

function deliveryOf(spec: Spec): { delivery?: DeliverySpec } {
  return spec['delivery'] === undefined ? {} : { delivery: parseDeliverySpec(spec['delivery']) };
}

function textOf(spec: Spec, field: string): string {
  const value = spec[field];
  if (typeof value === 'string' && value !== '') return value;
  throw new TypeError(`spec.${field} is missing`);
}
