import { describe, expect, it } from 'vitest';
import type { StreamVersions } from '../../../lib/postgres/stream-versions.ts';
import { listVersion } from './list-version.ts';

/** Versions that arrive one by one, each before the question of that number. */
function arriving(...arrivals: (string | undefined)[]): StreamVersions {
  const known: string[] = [];
  const arrive = (): void => {
    const version = arrivals.shift();
    if (version !== undefined) known.push(version);
  };
  return {
    head: () => {
      arrive();
      const version = known.at(-1);
      return Promise.resolve(version === undefined ? undefined : { version, position: known.length });
    },
    positionOf: (version) => {
      arrive();
      const index = known.indexOf(version);
      return Promise.resolve(index < 0 ? undefined : index + 1);
    },
  } as StreamVersions;
}
const sleep = () => Promise.resolve();
const notOlder = (resourceVersion: string) => ({
  resourceVersion,
  match: 'NotOlderThan' as const,
  limit: undefined,
});

describe('listVersion()', () => {
  it('is never older than a version that arrives while it is asked for', async () => {
    for (const arrivals of [
      ['51', '52'],
      ['51', undefined, '52'],
      [undefined, '51', '52'],
      ['51', undefined, undefined, '52'],
    ]) {
      expect(await listVersion(notOlder('52'), arriving(...arrivals), sleep)).toBe('52');
    }
  });

  it('takes a version as reached that came before one with a smaller number', async () => {
    const versions = arriving('52', '51');
    await versions.head();
    await versions.head();
    expect(await listVersion(notOlder('52'), versions, sleep)).toBe('51');
  });

  it('says that a version is too large which does not come in time', async () => {
    const answer = await listVersion(notOlder('52'), arriving('51'), sleep);
    expect(answer).toMatchObject({ status: 504 });
  });
});
