import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { startPostgres } from './postgres.ts';

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  // A server that is killed cuts its sessions.
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

describe('startPostgres', () => {
  it('serves logical decoding in UTC to whoever knows the password, durably unless told otherwise', async () => {
    const server = await startPostgres();
    try {
      const settings =
        "select current_setting('wal_level') as wal, current_setting('fsync') as fsync, current_setting('timezone') as zone";
      expect(await query(server.url(), settings)).toEqual([{ wal: 'logical', fsync: 'on', zone: 'UTC' }]);
      const stranger = new URL(server.url());
      stranger.password = 'guess';
      await expect(query(stranger.href, 'select')).rejects.toThrow('password authentication failed');
    } finally {
      await server.stop();
    }
    await expect(stat(server.folder)).rejects.toThrow('ENOENT');
  });

  it('keeps what was committed when it is killed, and starts again on its port', async () => {
    const server = await startPostgres();
    try {
      await query(server.url(), 'create table kept as select 1 as one');
      await server.kill();
      await expect(query(server.url(), 'select')).rejects.toThrow('ECONNREFUSED');
      await server.start();
      expect(await query(server.url(), 'select * from kept')).toEqual([{ one: 1 }]);
    } finally {
      await server.stop();
    }
  });

  it('finds its data again in a folder of its own', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kubemirror-test-'));
    try {
      const first = await startPostgres({ folder, unsafeButFast: true });
      await query(first.url(), 'create table kept as select 1 as one');
      await first.stop();
      const second = await startPostgres({ folder, unsafeButFast: true });
      expect(await query(second.url(), 'select * from kept')).toEqual([{ one: 1 }]);
      await second.stop();
      expect(
        (await readFile(join(second.folder, 'server.log'), 'utf8')).match(/ready to accept/g),
      ).toHaveLength(2);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('says which port is taken', async () => {
    const server = await startPostgres({ unsafeButFast: true });
    try {
      await expect(startPostgres({ port: server.port, unsafeButFast: true })).rejects.toThrow(
        new RegExp(`on port ${server.port}: .*could not bind`, 's'),
      );
    } finally {
      await server.stop();
    }
  });
});
