import { expect, it } from 'vitest';
import { saySparingly } from './say-sparingly.ts';

it('saySparingly() says the first at once and then how many there were, once per time', () => {
  let now = 0;
  const said: [string, number][] = [];
  const say = saySparingly<string>((what, more) => said.push([what, more]), {
    everyMs: 10_000,
    now: () => now,
  });
  for (const atMs of [0, 1, 9_999, 10_000, 10_001, 60_000]) {
    now = atMs;
    say(`at ${atMs}`);
  }
  expect(said).toEqual([
    ['at 0', 0],
    ['at 10000', 2],
    ['at 60000', 1],
  ]);
});
