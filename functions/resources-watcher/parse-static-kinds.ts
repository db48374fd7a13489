import type { ResourceKind } from '../../lib/core/resource-kind.ts';

export type StaticKinds = {
  readonly kinds: readonly ResourceKind[];
  /** Lines that could not be used, with their number and the reason. */
  readonly problems: readonly string[];
};

/**
 * Reads `group/version/resource/Kind` lines; the group may be empty. Blank lines and `#` comments are ignored;
 * a line of another form is skipped and reported, because one typo must not stop everything else.
 */
export function parseStaticKinds(text: string): StaticKinds {
  const kinds = new Map<string, ResourceKind>();
  const problems: string[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [group = '', version = '', resource = '', kind = '', ...rest] = line.split('/');
    if (rest.length > 0 || version === '' || resource === '' || kind === '') {
      problems.push(`line ${index + 1}: "${line}", expected group/version/resource/Kind`);
      continue;
    }
    const key = `${group}/${resource}`;
    if (kinds.has(key)) problems.push(`line ${index + 1}: "${line}" is there twice, the first one counts`);
    else kinds.set(key, { group, version, resource, kind });
  }
  return { kinds: [...kinds.values()], problems };
}
