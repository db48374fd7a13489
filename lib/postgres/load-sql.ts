import { readFileSync } from 'node:fs';

/**
 * Text of `sql/queries/<name>.sql`. The folder is found relative to this module, which holds for the checkout
 * (`lib/postgres/`) and for a bundle (`/app/dist/<function>/` beside `/app/sql/`) alike.
 * Called when a module is loaded, so a file that is missing shows at start and not in the middle of work.
 */
export function loadSql(name: string): string {
  return readFileSync(new URL(`../../sql/queries/${name}.sql`, import.meta.url), 'utf8');
}
