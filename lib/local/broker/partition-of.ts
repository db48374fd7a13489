/** The partition of a key (FNV-1a); a record without one goes to any. */
export function partitionOf(key: string | undefined, count: number, random: () => number): number {
  if (key === undefined) return Math.floor(random() * count);
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(key)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash % count;
}
