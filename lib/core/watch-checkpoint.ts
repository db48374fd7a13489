import type { WatchTarget } from './watch-target.ts';

/** Where a watch may go on: the sink has acknowledged everything up to this version. */
export type WatchCheckpoint = WatchTarget & { readonly resourceVersion: string };

/** Short form, since hundreds of them share one annotation: key, then version, kind, custom, resourceVersion. */
type Encoded = Readonly<Record<string, readonly [string, string, 0 | 1, string]>>;

/** Annotations of one object may have 256 KiB together. */
const maxBytes = 240 * 1024;

/**
 * Checkpoints as JSON, by target key. What does not fit is left out: those resources are listed after a restart.
 */
export function encodeCheckpoints(checkpoints: ReadonlyMap<string, WatchCheckpoint>): string {
  const parts: string[] = [];
  let bytes = 2;
  for (const [key, { kind, custom, resourceVersion }] of checkpoints) {
    const part = `${JSON.stringify(key)}:${JSON.stringify([kind.version, kind.kind, custom ? 1 : 0, resourceVersion])}`;
    bytes += Buffer.byteLength(part) + 1;
    if (bytes > maxBytes) break;
    parts.push(part);
  }
  return `{${parts.join(',')}}`;
}

/** Inverse of `encodeCheckpoints`; what cannot be read is left out, which only costs a list. */
export function decodeCheckpoints(text: string): ReadonlyMap<string, WatchCheckpoint> {
  const checkpoints = new Map<string, WatchCheckpoint>();
  for (const [key, value] of Object.entries(parse(text))) {
    const [group, resource, namespace, ...rest] = key.split('/');
    if (group === undefined || resource === undefined || namespace === undefined || rest.length > 0) continue;
    if (!Array.isArray(value)) continue;
    const [version, kind, custom, resourceVersion] = value as readonly unknown[];
    if (typeof version !== 'string' || typeof kind !== 'string' || typeof resourceVersion !== 'string')
      continue;
    checkpoints.set(key, {
      kind: { group, version, resource, kind },
      namespace,
      custom: custom === 1,
      resourceVersion,
    });
  }
  return checkpoints;
}

function parse(text: string): Encoded {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Encoded) : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
