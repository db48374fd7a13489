import type { AppConfigKind } from '../../lib/core/app-config-kind.ts';
import type { CloudEvent } from '../../lib/core/cloud-event.ts';
import { eventTypes } from '../../lib/core/event-types.ts';
import { formatSource, formatSubject } from '../../lib/core/resource-subject.ts';
import { traceExtensions } from '../../lib/core/trace-extensions.ts';
import type { RecordedOutcome } from '../../lib/postgres/app-configs/record-outcomes.ts';

/** Data of `io.kubemirror.appconfig.rendered`. */
export type RenderedData = {
  readonly id: string;
  readonly name: string;
  readonly generation: number;
  readonly outcome: RecordedOutcome['phase'];
  readonly target: 'cluster' | 'git';
  readonly reason?: string;
  readonly message?: string;
  /** resourceVersion of the object, or the commit. */
  readonly revision?: string;
  readonly retryAt?: string;
};

/** Tells what became of one generation of an AppConfig. */
export function renderedEvent(
  rendered: { readonly name: string; readonly outcome: RecordedOutcome },
  options: {
    /** The event that told of the change. */
    readonly cause: Pick<CloudEvent, 'extensions'>;
    readonly cluster: string;
    readonly kind: AppConfigKind;
    readonly target: 'cluster' | 'git';
    readonly at: Date;
  },
): CloudEvent<RenderedData> {
  const { name, outcome } = rendered;
  const { id, generation, phase, reason, message, revision, retryAt } = outcome;
  const time = options.at.toISOString();
  return {
    // Several attempts at one generation are several events.
    id: `${id}/${generation}/${phase}/${phase === 'failed' ? time : (revision ?? '')}`,
    source: formatSource(options.cluster, 'renderer'),
    type: eventTypes.appconfigRendered,
    subject: formatSubject({ ...options.kind, name }),
    time,
    datacontenttype: 'application/json',
    extensions: { partitionkey: id, generation: String(generation), ...traceExtensions(options.cause) },
    data: {
      id,
      name,
      generation,
      outcome: phase,
      target: options.target,
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message }),
      ...(revision === undefined ? {} : { revision }),
      ...(retryAt === undefined ? {} : { retryAt }),
    },
  };
}
