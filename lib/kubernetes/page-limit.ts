/** Pages aim at this size: large enough that requests do not count, small enough that a page is no memory peak. */
const targetPageBytes = 512 * 1024;

/** Where nothing is known yet: 250 Secrets or ConfigMaps of the full 1 MB are still within bounds. */
export const firstPageLimit = 250;

/** Below it continue tokens would expire over the number of requests; above it one page becomes the peak. */
const bounds = { min: 50, max: 2_000 };

/** Objects to ask for next, after a page of so many objects and bytes; moves at most by a factor of four at once. */
export function nextPageLimit(
  limit: number,
  page: { readonly count: number; readonly bytes: number },
): number {
  if (page.count === 0 || page.bytes === 0) return limit;
  const wanted = Math.floor(targetPageBytes / (page.bytes / page.count));
  const step = Math.min(Math.max(wanted, Math.ceil(limit / 4)), limit * 4);
  return Math.min(Math.max(step, bounds.min), bounds.max);
}
