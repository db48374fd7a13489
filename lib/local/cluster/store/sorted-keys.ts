/** Keys per chunk: splices stay short, and 100,000 keys make a few hundred chunks to search. */
const maxChunkKeys = 512;

/**
 * Keys in byte order (for ASCII), as etcd holds them: insert and remove cost a search and a short splice, so
 * that a store of 100,000 objects loads in any order without moving an array of that size each time.
 */
export class SortedKeys {
  #chunks: string[][] = [];

  add(key: string): void {
    const chunkIndex = this.#chunkFor(key);
    const chunk = this.#chunks[chunkIndex];
    if (chunk === undefined) {
      this.#chunks.push([key]);
      return;
    }
    const position = lowerBound(chunk, key);
    if (chunk[position] === key) return;
    chunk.splice(position, 0, key);
    if (chunk.length > maxChunkKeys) {
      this.#chunks.splice(chunkIndex + 1, 0, chunk.splice(maxChunkKeys / 2));
    }
  }

  remove(key: string): void {
    const chunkIndex = this.#chunkFor(key);
    const chunk = this.#chunks[chunkIndex];
    if (chunk === undefined) return;
    const position = lowerBound(chunk, key);
    if (chunk[position] !== key) return;
    chunk.splice(position, 1);
    if (chunk.length === 0) this.#chunks.splice(chunkIndex, 1);
  }

  /** Keys from `start` on, in order. The set must not change while this is read. */
  *from(start: string): Generator<string, void, undefined> {
    let chunkIndex = this.#chunkFor(start);
    let position = lowerBound(this.#chunks[chunkIndex] ?? [], start);
    for (; chunkIndex < this.#chunks.length; chunkIndex += 1) {
      const chunk = this.#chunks[chunkIndex] ?? [];
      for (; position < chunk.length; position += 1) yield chunk[position] ?? '';
      position = 0;
    }
  }

  /** How many keys are below `key`: a sum over chunks, not over keys. */
  rank(key: string): number {
    const chunkIndex = this.#chunkFor(key);
    let rank = 0;
    for (let index = 0; index < chunkIndex; index += 1) rank += this.#chunks[index]?.length ?? 0;
    return rank + lowerBound(this.#chunks[chunkIndex] ?? [], key);
  }

  /** The last chunk whose first key is not above `key`. */
  #chunkFor(key: string): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#chunks[middle]?.[0] ?? '') <= key) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}

function lowerBound(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
