import type { Pool } from 'pg';
import { loadSql } from '../load-sql.ts';
import { type RenderInput, type RenderInputRow, renderInputOf } from './render-input.ts';

const readStatement = loadSql('read-render-inputs');
const listStatement = loadSql('list-render-inputs');

const pageSize = 1_000;

/** What is wanted of these AppConfigs now, in the order of the ids; `undefined` for those nobody knows of. */
export async function readRenderInputs(
  pool: Pick<Pool, 'query'>,
  ids: readonly string[],
): Promise<(RenderInput | undefined)[]> {
  const { rows } = await pool.query<RenderInputRow>({
    name: 'read-render-inputs',
    text: readStatement,
    values: [ids],
  });
  const found = new Map(rows.map((row) => [row.id, renderInputOf(row)]));
  return ids.map((id) => found.get(id));
}

/** All AppConfigs as of one moment, so that what is missing in it was missing everywhere. */
export async function listRenderInputs(pool: Pick<Pool, 'connect'>): Promise<RenderInput[]> {
  const client = await pool.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    const inputs: RenderInput[] = [];
    for (;;) {
      const { rows } = await client.query<RenderInputRow>(listStatement, [
        inputs.at(-1)?.id ?? null,
        pageSize,
      ]);
      inputs.push(...rows.map(renderInputOf));
      if (rows.length < pageSize) break;
    }
    await client.query('commit');
    client.release();
    return inputs;
  } catch (error) {
    // The connection may be in any state: it is thrown away, which also ends the transaction.
    client.release(true);
    throw error;
  }
}
