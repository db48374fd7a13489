import { parseLabelSelector } from '../../../core/label-selector.ts';
import { badRequest } from '../http/status-error.ts';
import type { Definition } from '../registry/definition.ts';
import { fieldValues } from '../registry/field-values.ts';
import { parseFieldSelector } from '../selectors.ts';
import { parseStored, type StoredObject } from '../store/stored-object.ts';
import type { ListOptions } from './list-options.ts';

/** Which objects of a resource a list or watch is about, beside the namespace. */
export type Selection = {
  /** True where every object matches, so that counts can be given. */
  readonly everything: boolean;
  readonly matches: (object: StoredObject) => boolean;
};

/** @throws StatusError 400 for selectors that cannot be understood */
export function parseSelection(
  definition: Definition,
  options: Pick<ListOptions, 'labelSelector' | 'fieldSelector'>,
): Selection {
  const labels = parseLabelSelector(options.labelSelector);
  if (labels.kind === 'invalid') throw badRequest(labels.message);
  const fields = parseFieldSelector(options.fieldSelector, definition);
  if (fields.kind === 'invalid') throw badRequest(fields.message);
  const byLabels = options.labelSelector.trim() !== '';
  const byFields = options.fieldSelector.trim() !== '';
  return {
    everything: !byLabels && !byFields,
    matches: (object) =>
      (!byLabels || labels.matches(object.labels)) &&
      (!byFields || fields.matches(fieldsOf(definition, object))),
  };
}

function fieldsOf(definition: Definition, object: StoredObject): Readonly<Record<string, string>> {
  const own =
    definition.custom === undefined
      ? object.fields
      : fieldValues(parseStored(object), definition.selectableFields);
  return { ...own, 'metadata.name': object.name, 'metadata.namespace': object.namespace };
}
