import type { FileChange } from './plan-files.ts';

/** Longest list in a message; the trailers name all of them up to their own bound. */
const maxLines = 20;
const maxTrailers = 200;

/**
 * Subject from the template, a line per change, and trailers that make the commit a checkpoint: what of which
 * generation is in the branch from here on, to be found by `git log --grep`.
 * @param template knows `{count}` and `{names}`
 */
export function commitMessage(changes: readonly FileChange[], template: string): string {
  const names = changes.map(({ name }) => name);
  const shown = names.slice(0, 3).join(', ') + (names.length > 3 ? `, and ${names.length - 3} more` : '');
  const subject = template.replaceAll('{count}', String(changes.length)).replaceAll('{names}', shown);
  const lines = changes
    .slice(0, maxLines)
    .map(({ kind, name, generation }) => `- ${kind} ${name} (generation ${generation})`);
  if (changes.length > maxLines) lines.push(`- and ${changes.length - maxLines} more`);
  const trailers = changes
    .slice(0, maxTrailers)
    .map(({ id, generation }) => `Rendered-AppConfig: ${id}@${generation}`);
  return [subject, '', ...lines, '', ...trailers, `Rendered-Count: ${changes.length}`, ''].join('\n');
}
