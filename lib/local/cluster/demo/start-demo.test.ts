import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { conformanceTokens } from '../conformance-tokens.ts';
import { startCluster } from '../start-cluster.ts';
import { liveDemo } from './live-demo.ts';
import { startDemo } from './start-demo.ts';

it('tries again ever more slowly while the API server does not answer, until it is ended', async () => {
  const ending = new AbortController();
  const waits: number[] = [];
  const errors: unknown[] = [];
  const { ended } = await startDemo({
    request: async () => {
      throw new Error('no answer');
    },
    now: () => new Date(0),
    random: () => 0.5,
    onError: (error) => errors.push(error),
    wait: async (milliseconds) => {
      waits.push(milliseconds);
      if (waits.length === 8) ending.abort();
      await turn();
    },
    signal: ending.signal,
  });
  await ended;
  expect(waits).toEqual([800, 1_600, 3_200, 6_400, 10_000, 10_000, 10_000, 10_000]);
  expect(errors.length).toBeGreaterThan(8);
});

it('lives over TLS in a cluster of its own, and ends with it', async () => {
  const cluster = await startCluster({ tokens: conformanceTokens, tls: true });
  const errors: unknown[] = [];
  const end = await liveDemo(cluster, conformanceTokens, (error) => errors.push(error));
  await end();
  expect(errors).toEqual([]);
  expect(cluster.state.store.revision).toBeGreaterThan(20);
  await cluster.stop();
});

it('needs a user who may do everything', async () => {
  const cluster = await startCluster({ tokens: conformanceTokens });
  await expect(liveDemo(cluster, { t: { username: 'x', groups: [] } }, () => undefined)).rejects.toThrow(
    'Cannot start the demo: no user is of group system:masters',
  );
  await cluster.stop();
});
