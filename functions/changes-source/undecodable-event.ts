import type { CloudEvent } from '../../lib/core/cloud-event.ts';
import { formatSource } from '../../lib/core/resource-subject.ts';
import type { UndecodableMessage } from '../../lib/postgres/replication/stream-changes.ts';

/** What is kept of a message that could not be understood: its bytes, and where in the log it stands. */
export function undecodableEvent(
  { bytes, position }: UndecodableMessage,
  options: { readonly type: string; readonly cluster: string },
): CloudEvent<Buffer> {
  return {
    id:
      position === undefined
        ? 'unknown'
        : `${position.systemId}/${position.commit}/${position.index}/undecodable`,
    source: formatSource(options.cluster, 'changes-source'),
    type: options.type,
    ...(position === undefined ? {} : { time: position.committedAt }),
    datacontenttype: 'application/octet-stream',
    extensions: {},
    data: bytes,
  };
}
