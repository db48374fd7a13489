import { readFileSync } from 'node:fs';
import { eventTypes } from '../../lib/core/event-types.ts';
import { readImports } from '../architecture/read-imports.ts';

/** Names of `eventTypes` that a function's own code mentions, whatever module it is in that `index.ts` leads to. */
export function mentionedTypes(functionName: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const open = [`functions/${functionName}/index.ts`];
  const found = new Set<string>();
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    if (file.endsWith('/event-types.ts')) continue;
    for (const [, key = ''] of readFileSync(file, 'utf8').matchAll(/\beventTypes\.(\w+)/g)) {
      const type = (eventTypes as Readonly<Record<string, string>>)[key];
      if (type !== undefined) found.add(type);
    }
    for (const { to, typeOnly } of readImports(file)) if (!typeOnly && to.endsWith('.ts')) open.push(to);
  }
  return found;
}
