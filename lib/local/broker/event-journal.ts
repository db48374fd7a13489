import { type FileHandle, mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CloudEvent } from '../../core/cloud-event.ts';
import type { StoredEvent } from './stored-event.ts';

/** What a broker that stores events still has to deliver, kept across restarts of its process. */
export type EventJournal = {
  /** Accepted before and not yet settled for the Triggers named. */
  readonly pending: readonly { readonly stored: StoredEvent; readonly triggers: readonly string[] }[];
  /** Resolves when the event would survive a kill of the process. */
  readonly accept: (stored: StoredEvent, triggers: readonly string[]) => Promise<void>;
  readonly settle: (sequence: number, trigger: string) => void;
  readonly close: () => Promise<void>;
};

type Line =
  | {
      readonly accept: number;
      readonly triggers: readonly string[];
      readonly event: Omit<CloudEvent, 'data'>;
      readonly data?: string;
      readonly mode: StoredEvent['mode'];
      readonly headers: StoredEvent['headers'];
      readonly namespace: string;
    }
  | { readonly settle: number; readonly trigger: string };

/** A file longer than this, and than twice what is live, is rewritten. */
const rewriteAboveBytes = 64 * 1024 * 1024;

/**
 * An append-only file of JSON lines, rewritten without what is settled when it is opened and when it has grown.
 * A line cut short by a kill was never acknowledged and is dropped. Writes are not synced: the double has to
 * survive the end of its process, not of the machine.
 */
export async function openEventJournal(path: string): Promise<EventJournal> {
  const live = await readPending(path);
  await mkdir(dirname(path), { recursive: true });
  let { file, bytes } = await rewrite(path, live);
  let liveBytes = bytes;

  let buffered = '';
  let writing: Promise<void> = Promise.resolve();
  let nextWrite: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    const text = buffered;
    buffered = '';
    if (bytes > rewriteAboveBytes && bytes > 2 * liveBytes) {
      await file.close();
      ({ file, bytes } = await rewrite(path, live));
      liveBytes = bytes;
    }
    await file.appendFile(text);
    bytes += text.length;
  };
  // Lines that come while a write is under way share the next one.
  const flush = (): Promise<void> => {
    nextWrite ??= writing.then(() => {
      nextWrite = undefined;
      writing = write();
      return writing;
    });
    return nextWrite;
  };

  return {
    pending: [...live.values()].map(({ stored, triggers }) => ({ stored, triggers: [...triggers] })),
    accept: (stored, triggers) => {
      const text = formatLine(acceptLine(stored, triggers));
      live.set(stored.sequence, { stored, triggers: new Set(triggers), bytes: text.length });
      liveBytes += text.length;
      buffered += text;
      return flush();
    },
    settle: (sequence, trigger) => {
      liveBytes -= forget(live, sequence, trigger);
      buffered += formatLine({ settle: sequence, trigger });
      // A settled event that is delivered again after a kill is one more duplicate; nobody waits for this write.
      void flush();
    },
    close: async () => {
      await flush();
      await file.close();
    },
  };
}

type Live = Map<
  number,
  { readonly stored: StoredEvent; readonly triggers: Set<string>; readonly bytes: number }
>;

/** Bytes of the event's line where it was the last Trigger that it waited for, else 0. */
function forget(live: Live, sequence: number, trigger: string): number {
  const entry = live.get(sequence);
  entry?.triggers.delete(trigger);
  if (entry === undefined || entry.triggers.size > 0) return 0;
  live.delete(sequence);
  return entry.bytes;
}

async function rewrite(path: string, live: Live): Promise<{ file: FileHandle; bytes: number }> {
  const text = [...live.values()].map(({ stored, triggers }) =>
    formatLine(acceptLine(stored, [...triggers])),
  );
  await writeFile(`${path}.new`, text.join(''));
  await rename(`${path}.new`, path);
  return { file: await open(path, 'a'), bytes: text.reduce((sum, line) => sum + line.length, 0) };
}

async function readPending(path: string): Promise<Live> {
  const live: Live = new Map();
  for (const line of await readLines(path)) {
    if ('settle' in line) {
      forget(live, line.settle, line.trigger);
    } else {
      const { accept: sequence, event, data, mode, headers, namespace, triggers } = line;
      const bytes = data === undefined ? undefined : Buffer.from(data, 'base64');
      const stored = { sequence, event: { ...event, data: bytes }, mode, headers, namespace };
      live.set(sequence, { stored, triggers: new Set(triggers), bytes: data?.length ?? 0 });
    }
  }
  return live;
}

async function readLines(path: string): Promise<Line[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new Error(`Cannot read journal "${path}"`, { cause: error });
  }
  const lines = text.split('\n');
  // What follows the last newline was cut short.
  lines.pop();
  return lines.map((line) => JSON.parse(line) as Line);
}

function acceptLine(stored: StoredEvent, triggers: readonly string[]): Line {
  const { data, ...event } = stored.event;
  return {
    accept: stored.sequence,
    triggers,
    event,
    ...(data === undefined ? {} : { data: data.toString('base64') }),
    mode: stored.mode,
    headers: stored.headers,
    namespace: stored.namespace,
  };
}

function formatLine(line: Line): string {
  return `${JSON.stringify(line)}\n`;
}
