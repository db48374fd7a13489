import { parseExactJson, stringifyExactJson } from '../../../lib/core/exact-json.ts';
import { isDeeperThan } from '../../../lib/core/json-depth.ts';
import { jsonPatch } from '../../../lib/core/json-patch.ts';
import { trimTime } from '../../../lib/core/trim-time.ts';
import type { VersionRow } from '../../../lib/postgres/list-versions.ts';

/** Of an object that is compared; the stack takes some 2,000, and Kubernetes' own kinds have some twenty. */
const maxDepth = 1_000;

/**
 * A version as a JSON text: what it is, `changes` from another version to this one as a JSON Patch (RFC 6902), and
 * the whole object where asked for. `changes` is null, with the reason beside it, where nobody can say: nothing older
 * is stored, or one of the two was too large to be sent, or is nested too deep to be compared.
 */
export function versionJson(
  row: VersionRow,
  options: {
    /** `first` for the oldest stored version; missing where nothing shall be compared. */
    readonly before?: VersionRow | 'first';
    readonly withRaw: boolean;
  },
): string {
  const item = {
    resource_version: row.resource_version,
    operation: row.operation,
    version: row.api_version.slice(row.api_version.lastIndexOf('/') + 1),
    observed_at: trimTime(row.observed_at),
    recorded_at: trimTime(row.recorded_at),
    ...(row.truncated ? { truncated: true } : {}),
    ...(options.before === undefined ? {} : changesTo(row, options.before)),
  };
  const text = stringifyExactJson(item) ?? '{}';
  // The stored text goes in as it is: parsing it would cost time.
  return options.withRaw ? `${text.slice(0, -1)},"raw":${row.raw}}` : text;
}

function changesTo(row: VersionRow, before: VersionRow | 'first'): object {
  if (before === 'first') {
    const reason = row.goes_back
      ? 'first stored version'
      : 'earlier versions may have been dropped by retention';
    return { changes: null, changes_missing: reason };
  }
  if (row.truncated || before.truncated) return { changes: null, changes_missing: 'truncated' };
  if (isDeeperThan(maxDepth, row.raw) || isDeeperThan(maxDepth, before.raw)) {
    return { changes: null, changes_missing: `nested deeper than ${maxDepth} levels` };
  }
  return {
    compared_with: before.resource_version,
    changes: jsonPatch(parseExactJson(before.raw), parseExactJson(row.raw)),
  };
}
