import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fastImportCommit } from './fast-import-commit.ts';

const content = {
  parent: undefined,
  message: 'one',
  author: { name: 'A', email: 'a@example.org' },
  at: new Date('2026-11-20T12:00:00Z'),
};

describe('fastImportCommit()', () => {
  it('writes and deletes files on top of a parent', () => {
    const stream = fastImportCommit(
      {
        ...content,
        parent: 'abc',
        files: new Map<string, Buffer | 'deleted'>([
          ['f/a.json', Buffer.from('{}\n')],
          ['f/b.json', 'deleted'],
        ]),
      },
      'refs/x',
    ).toString();
    expect(stream).toBe(
      'commit refs/x\nauthor A <a@example.org> 1795176000 +0000\ncommitter A <a@example.org> 1795176000 +0000\n' +
        'data 3\none\nfrom abc\nM 100644 inline f/a.json\ndata 3\n{}\n\nD f/b.json\n\ndone\n',
    );
  });

  it.each(['../x', '/etc/x', 'a/../b', '.git/config', 'a//b', '', 'a b', 'a\nb', '"x"', 'a/.hidden'])(
    'refuses path %j',
    (path) => {
      expect(() => fastImportCommit({ ...content, files: new Map([[path, 'deleted']]) }, 'refs/x')).toThrow(
        RangeError,
      );
    },
  );

  it('lets no author end the line', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, email) => {
        const stream = fastImportCommit({ ...content, author: { name, email }, files: new Map() }, 'refs/x');
        const lines = stream.toString().split('\n');
        expect(lines[1]).toMatch(/^author .*<[^<>]*> 1795176000 \+0000$/);
        expect(lines[3]).toBe('data 3');
      }),
    );
  });
});
