import { readFileSync } from 'node:fs';
import { dirname, posix } from 'node:path';
import type { Import } from './import-rules.ts';

const statement = /^(?:import|export)\s+(type\s+)?(?:[^'"]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;
const dynamic = /\bimport\(\s*['"]([^'"]+)['"]/g;

/** Every static and dynamic import of a TypeScript file; relative ones resolved against its folder. */
export function readImports(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const found = [
    ...Array.from(text.matchAll(statement), ([, type, to = '']) => ({ to, typeOnly: type !== undefined })),
    ...Array.from(text.matchAll(dynamic), ([, to = '']) => ({ to, typeOnly: false })),
  ];
  return found
    .filter(({ to }) => !to.startsWith('node:'))
    .map(({ to, typeOnly }) => ({
      from: file,
      to: to.startsWith('.') ? posix.normalize(`${dirname(file)}/${to}`) : to,
      typeOnly,
    }));
}
