import { asFields, asList, asText, type Fields } from '../defaults/fill.ts';
import { compareQuantities } from '../schemas/quantity.ts';
import { type FieldProblem, invalid, notSupported, required } from './field-problem.ts';
import { labelSelectorProblems } from './label-selector.ts';
import { oneOf } from './one-of.ts';

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

/** Problems of a PersistentVolumeClaim's spec. */
export function claimSpecProblems(spec: Fields): readonly FieldProblem[] {
  const modes = asList(spec['accessModes']);
  const storage = asFields(asFields(spec['resources'])['requests'])['storage'];
  return [
    ...(modes.length === 0 ? [required('spec.accessModes', 'at least 1 access mode is required')] : []),
    ...labelSelectorProblems(spec['selector'], 'spec.selector'),
    ...modes
      .filter((mode) => !accessModes.includes(String(mode)))
      .map((mode) => notSupported('spec.accessModes', mode, accessModes)),
    ...(storage === undefined
      ? [required('spec.resources[storage]')]
      : compareQuantities(asText(storage), '0') <= 0
        ? [invalid('spec.resources[storage]', storage, 'must be greater than zero')]
        : []),
    ...oneOf(spec, 'spec', 'volumeMode', ['Block', 'Filesystem']),
  ];
}
