import { asFields } from '../defaults/fill.ts';
import { type FieldProblem, invalid } from '../validation/field-problem.ts';
import type { Strategy } from './strategy.ts';

/** Events live where the object they are about lives; about cluster-scoped ones they live in `default`. */
export const eventStrategy: Strategy = {
  validate: (object) => {
    const namespace = asFields(object['involvedObject'])['namespace'] ?? '';
    const own = object.metadata.namespace ?? '';
    const problems: FieldProblem[] = [];
    const fits = namespace === '' ? own === 'default' || own === '' || isNewStyle(object) : namespace === own;
    if (!fits) {
      problems.push(invalid('involvedObject.namespace', namespace, 'does not match event.namespace'));
    }
    return problems;
  },
};

/** Events of the newer API with a time of their own were never checked by the older rule. */
function isNewStyle(object: Readonly<Record<string, unknown>>): boolean {
  return typeof object['eventTime'] === 'string';
}
