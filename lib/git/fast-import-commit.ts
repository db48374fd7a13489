/** A commit to be made: which files get which content, or go. */
export type CommitContent = {
  /** Commit that this one follows; undefined for the first one of a branch. */
  readonly parent: string | undefined;
  readonly files: ReadonlyMap<string, Buffer | 'deleted'>;
  readonly message: string;
  readonly author: { readonly name: string; readonly email: string };
  readonly at: Date;
};

/**
 * The commit as a stream for `git fast-import`: no working tree, no index, so no lock to find stale, and no path that
 * a file system could take for another one.
 * @throws RangeError for a path that leaves the tree or that Git would refuse
 */
export function fastImportCommit(content: CommitContent, ref: string): Buffer {
  const { name, email } = content.author;
  const person = `${plain(name)} <${plain(email)}> ${Math.floor(content.at.getTime() / 1_000)} +0000`;
  const parts: (string | Buffer)[] = [
    `commit ${ref}\nauthor ${person}\ncommitter ${person}\n`,
    ...data(Buffer.from(content.message)),
    ...(content.parent === undefined ? [] : [`from ${content.parent}\n`]),
  ];
  for (const [path, change] of content.files) {
    assertInside(path);
    if (change === 'deleted') parts.push(`D ${path}\n`);
    else parts.push(`M 100644 inline ${path}\n`, ...data(change));
  }
  parts.push('\ndone\n');
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}

function data(bytes: Buffer): (string | Buffer)[] {
  return [`data ${bytes.length}\n`, bytes, '\n'];
}

/** Signs that would end the line or the name early. */
function plain(text: string): string {
  return text.replace(/[<>\n\r\0]/g, ' ').trim();
}

/** Plain segments only: nothing to be quoted, nothing hidden, and never Git's own folder. */
function assertInside(path: string): void {
  const isFit = path.split('/').every((part) => /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(part));
  if (!isFit)
    throw new RangeError(`Cannot write path ${JSON.stringify(path)}: expected one inside the folder`);
}
