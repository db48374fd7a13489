import { loadSql } from './load-sql.ts';

const requirements = loadSql('label-requirements');

/**
 * A condition of SQL with what a label selector asks of an object, at its marker.
 * @param list SQL of the jsonb that holds the list of requirements, a constant of the caller's
 */
export function withLabelRequirements(condition: string, list: string): string {
  return condition.replace('/* requirements */ false', () =>
    requirements.replace('/* list */ null', () => list),
  );
}
