import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { openStore } from './open-store.ts';
import { parseStored } from './stored-object.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kubemirror-journal-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const window = { maxChanges: 1_000, maxBytes: 1_000_000, maxAgeMs: 60_000 };
const open = () => openStore({ directory, window, nowMs: () => 0, fieldsOf: () => () => ({}) });
const noFields = () => ({});
const configMap = (name: string, value: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', uid: `uid-${name}`, labels: { app: name } },
  data: { value },
});

test('a second start finds objects, labels and the revision of the first one', () => {
  const first = open();
  first.store.put('configmaps', configMap('a', '1'), noFields);
  first.store.put('configmaps', configMap('b', '1'), noFields);
  first.store.put('configmaps', configMap('a', '2'), noFields);
  first.store.remove('configmaps', 'default/b');
  const { revision } = first.store;
  first.close();

  const second = open();
  const stored = second.store.get('configmaps', 'default/a');
  expect(second.store.revision).toBe(revision);
  expect(stored?.labels).toEqual({ app: 'a' });
  expect(stored === undefined ? undefined : parseStored(stored)['data']).toEqual({ value: '2' });
  expect(second.store.get('configmaps', 'default/b')).toBeUndefined();
  expect(second.store.watchFloor('configmaps')).toBe(revision);
  second.close();
});

test('a line that a crash cut off is dropped, and writing goes on behind the last whole one', () => {
  const first = open();
  first.store.put('configmaps', configMap('a', '1'), noFields);
  first.close();
  appendFileSync(join(directory, 'objects.jsonl'), '{"s":"configmaps","r":3,"k":"default/b","o":{"meta');

  const second = open();
  second.store.put('configmaps', configMap('c', '1'), noFields);
  second.close();
  const third = open();
  expect([...third.store.all()].map(({ object }) => object.name)).toEqual(['a', 'c']);
  third.close();
});

test('damage in the middle of the file is told and not repaired', () => {
  const first = open();
  first.store.put('configmaps', configMap('a', '1'), noFields);
  first.store.put('configmaps', configMap('b', '1'), noFields);
  first.close();
  const file = join(directory, 'objects.jsonl');
  writeFileSync(file, `broken${readFileSync(file, 'utf8')}`);
  expect(open).toThrow(/line 1 is no entry/);
});

test('a directory serves one process at a time, and a dead one gives it up', () => {
  writeFileSync(join(directory, 'lock'), String(process.ppid));
  expect(open).toThrow(`process ${process.ppid} has it`);
  writeFileSync(join(directory, 'lock'), '999999999');
  const { close } = open();
  close();
});
