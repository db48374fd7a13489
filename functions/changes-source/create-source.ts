import type { RowChange } from '../../lib/core/row-change.ts';
import type { ChangeSource } from '../../lib/postgres/replication/change-source.ts';
import {
  createLogicalChangeSource,
  type LogicalChangeSourceOptions,
} from '../../lib/postgres/replication/logical-change-source.ts';
import { createOutboxChangeSource } from '../../lib/postgres/replication/outbox-change-source.ts';
import type { UndecodableMessage } from '../../lib/postgres/replication/stream-changes.ts';
import type { Log } from '../../lib/runtime/log.ts';
import type { TableEvents } from './parse-tables.ts';

/** The source of the chosen kind, as the environment has it. */
export function createSource(
  kind: ChangeSource['kind'],
  options: {
    readonly config: {
      readonly SLOT_NAME: string;
      readonly PUBLICATION_NAME?: string | undefined;
      readonly CHANGE_TABLES: readonly TableEvents[];
      readonly MAX_IN_FLIGHT: number;
    };
    readonly connection: LogicalChangeSourceOptions['connection'];
    readonly drainTimeoutMs: number;
    readonly deliver: (change: RowChange) => Promise<void>;
    readonly setAside: (problem: UndecodableMessage) => Promise<void>;
    readonly log: Log;
  },
): ChangeSource {
  const { config, connection, drainTimeoutMs, deliver, log } = options;
  const common = {
    connection,
    name: config.SLOT_NAME,
    tables: config.CHANGE_TABLES,
    deliver,
    maxInFlight: config.MAX_IN_FLIGHT,
    drainTimeoutMs,
    log,
    now: Date.now,
    random: Math.random,
  };
  if (kind === 'outbox') return createOutboxChangeSource(common);
  return createLogicalChangeSource({
    ...common,
    ...(config.PUBLICATION_NAME === undefined ? {} : { publication: config.PUBLICATION_NAME }),
    onUndecodable: options.setAside,
  });
}
