import { parseArgs } from 'node:util';
import { z } from 'zod';
import { connectionSettings } from '../../lib/postgres/connection-settings.ts';
import { createPool } from '../../lib/postgres/create-pool.ts';
import { createEventWriter, eventSessionSetUp } from '../../lib/postgres/event-writer.ts';
import { listQuarantined, markReplayed } from '../../lib/postgres/quarantined-messages.ts';
import { createResourceWriter, resourceSessionSetUp } from '../../lib/postgres/resource-writer.ts';
import { createWriterSessions } from '../../lib/postgres/writer-session.ts';
import { databaseConfig } from '../../lib/runtime/base-config.ts';
import { loadConfig } from '../../lib/runtime/load-config.ts';
import { replayQuarantined } from './replay-quarantined.ts';

/**
 * The quarantine by hand, where whoever may reach the database runs it:
 * `npm run quarantine -- list [--function NAME] [--after ID] [--limit N]` prints one JSON object a message,
 * `npm run quarantine -- replay [--function NAME] [--id ID]` stores what can be stored by now.
 */
const usage =
  'Usage: npm run quarantine -- <list|replay> [--function NAME] [--id ID] [--after ID] [--limit N]\n';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    function: { type: 'string' },
    id: { type: 'string' },
    after: { type: 'string', default: '0' },
    limit: { type: 'string', default: '100' },
  },
});
const numbers = [values.id ?? '0', values.after, values.limit];
if (
  positionals.length !== 1 ||
  !/^(?:list|replay)$/.test(positionals[0] ?? '') ||
  !numbers.every((text) => /^\d{1,18}$/.test(text))
) {
  process.stderr.write(usage);
  process.exit(2);
}

// biome-ignore lint/style/noProcessEnv: an entry point of its own, as index.ts is
const config = loadConfig(z.object({ ...databaseConfig, CLUSTER_NAME: z.string().optional() }), process.env);
const pool = createPool({
  connection: connectionSettings(config, 'kubemirror-quarantine'),
  size: 2,
  statementTimeoutMs: 30_000,
  onIdleError: (error) => process.stderr.write(`${error.message}\n`),
});
const print = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const page = (afterId: string, limit: number) =>
  listQuarantined(pool, { functionName: values.function, afterId, limit });

async function list(): Promise<void> {
  for (const { event, ...message } of await page(values.after, Number(values.limit))) {
    const { data, ...attributes } = event;
    print({ ...message, attributes, bytes: data instanceof Uint8Array ? data.length : 0 });
  }
}

async function replay(): Promise<void> {
  const sessions = createWriterSessions(pool, [...resourceSessionSetUp, ...eventSessionSetUp]);
  const writer = { sessions, functionName: 'deviser', poison: 'reject', onBatch: () => {} } as const;
  const deps = {
    clusterName: config.CLUSTER_NAME,
    nowMs: Date.now,
    writeResources: createResourceWriter(writer),
    writeEvents: createEventWriter(writer),
    markReplayed: (id: string) => markReplayed(pool, id),
  };
  let afterId = values.id === undefined ? values.after : String(BigInt(values.id) - 1n);
  for (;;) {
    const messages = await page(afterId, values.id === undefined ? 100 : 1);
    for (const message of messages) {
      if (values.id !== undefined && message.id !== values.id) return;
      print({ id: message.id, ...(await replayQuarantined(message, deps)) });
      afterId = message.id;
    }
    if (messages.length === 0 || values.id !== undefined) return;
  }
}

await (positionals[0] === 'list' ? list() : replay());
await pool.end();
