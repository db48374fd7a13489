import { randomInt } from 'node:crypto';
import { checkPorts } from '../../lib/local/check-ports.ts';

// Below the ports that the system hands out by itself, so that nothing else of a run takes one of them.
const lowest = 20_000;
const blocks = 120;
const attempts = 50;

/** First of a hundred ports that nobody uses at the moment, for a machine of its own. */
export async function freePortBase(): Promise<number> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const base = lowest + 100 * randomInt(blocks);
    const isFree = await checkPorts(Array.from({ length: 100 }, (_, offset) => base + offset)).then(
      () => true,
      () => false,
    );
    if (isFree) return base;
  }
  throw new Error(`Cannot find free ports: ${attempts} blocks were in use, expected one that is not`);
}
