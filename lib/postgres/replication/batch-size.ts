/** Rows for the first batch, of which nothing is known yet. */
export const firstBatchSize = 20;

const wantedBytes = 1024 * 1024;
const maxRows = 500;

/** Rows for the next batch, so that it takes about a megabyte: rows may have a few bytes or many. */
export function nextBatchSize(last: { readonly rows: number; readonly bytes: number }): number {
  const bytesPerRow = Math.max(1, last.bytes / Math.max(1, last.rows));
  return Math.max(1, Math.min(maxRows, Math.floor(wantedBytes / bytesPerRow)));
}
