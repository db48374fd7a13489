/**
 * How long to wait before the next attempt: anything from zero to a bound that doubles with every failure, so
 * that those which failed together do not come back together.
 * @param failures failed attempts so far, from 1
 * @param random in [0, 1)
 */
export function fullJitterMs(
  bounds: { readonly baseMs: number; readonly capMs: number },
  failures: number,
  random: number,
): number {
  // 2^30 ms are twelve days; the exponent is bounded so that the product stays finite.
  const bound = Math.min(bounds.capMs, bounds.baseMs * 2 ** Math.min(Math.max(failures, 1) - 1, 30));
  return Math.floor(random * bound);
}
