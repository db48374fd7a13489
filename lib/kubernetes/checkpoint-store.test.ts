import { describe, expect, it } from 'vitest';
import { createCheckpointStore } from './checkpoint-store.ts';
import type { LeaseObject } from './lease-client.ts';

const pods = {
  kind: { group: '', version: 'v1', resource: 'pods', kind: 'Pod' },
  namespace: '',
  custom: false,
  resourceVersion: '77',
};

describe('createCheckpointStore()', () => {
  it('keeps what it was given, and writes only what changed', async () => {
    const server = createLease();
    const store = createCheckpointStore(server.client);
    expect((await store.load()).size).toBe(0);
    await store.save(new Map([['/pods/', pods]]));
    await store.save(new Map([['/pods/', pods]]));
    expect(server.writes()).toBe(1);
    expect(await createCheckpointStore(server.client).load()).toEqual(new Map([['/pods/', pods]]));
  });

  it('leaves other annotations alone and gets over a conflict', async () => {
    const server = createLease({ metadata: { annotations: { note: 'stays' }, resourceVersion: '1' } });
    const store = createCheckpointStore(server.client);
    server.conflictNext();
    await store.save(new Map([['/pods/', pods]]));
    expect(server.lease()?.metadata.annotations).toMatchObject({ note: 'stays' });
    expect(server.lease()?.metadata.annotations).toHaveProperty('kubemirror.io/checkpoints');
  });

  it('says so when it can never write', async () => {
    const server = createLease();
    for (let attempt = 0; attempt < 3; attempt += 1) server.conflictNext();
    await expect(createCheckpointStore(server.client).save(new Map([['/pods/', pods]]))).rejects.toThrow(
      'Cannot save checkpoints',
    );
  });
});

function createLease(initial?: LeaseObject) {
  let lease = initial;
  let writes = 0;
  let conflicts = 0;
  return {
    lease: () => lease,
    writes: () => writes,
    conflictNext: () => {
      conflicts += 1;
    },
    client: {
      get: async () => lease,
      put: async (next: LeaseObject) => {
        if (conflicts > 0) {
          conflicts -= 1;
          return { kind: 'conflict' as const };
        }
        writes += 1;
        lease = next;
        return { kind: 'written' as const, lease: next };
      },
    },
  };
}
