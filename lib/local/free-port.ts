import { randomInt } from 'node:crypto';
import { isPortFree } from './is-port-free.ts';

// Below the ports that the system hands out by itself (32768 and up): one of those is taken by the next connection
// that anybody opens. Apart from the blocks of test/support/free-port-base.ts.
const lowest = 10_000;
const highest = 20_000;
const attempts = 50;

/** What this process was given: of twenty that are asked for before anybody listens, two are alike every fiftieth time. */
const given = new Set<number>();

/** A port that was free a moment ago; whoever uses it must still expect it to be taken. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const port = randomInt(lowest, highest);
    if (given.has(port)) continue;
    given.add(port);
    if (await isPortFree(port)) return port;
  }
  throw new Error(
    `Cannot find a free port: ${attempts} from ${lowest} to ${highest} were in use, expected one`,
  );
}
