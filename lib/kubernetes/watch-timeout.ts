/** client-go's own range: short enough to spread over API servers, long enough to cost nothing. */
const watchTimeoutSeconds = { min: 300, max: 600 };

/** How long after its own timeout a server may keep a watch open before the watch counts as dead. */
export const timeoutGraceMs = 30_000;

/** timeoutSeconds of one watch, for a random number in [0, 1). */
export function drawWatchTimeout(random: number): number {
  const { min, max } = watchTimeoutSeconds;
  return min + Math.floor(random * (max - min));
}
