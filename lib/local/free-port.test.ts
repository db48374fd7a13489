import { expect, it } from 'vitest';
import { freePort } from './free-port.ts';

it('freePort() gives no port twice, though nobody listens on it yet', async () => {
  const ports = await Promise.all(Array.from({ length: 300 }, () => freePort()));
  expect(new Set(ports).size).toBe(ports.length);
});
