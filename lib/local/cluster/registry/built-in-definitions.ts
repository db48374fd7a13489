import { builtInKinds, type ServedResource } from '../kinds.ts';
import { autoscalerConversion } from './autoscaler-conversion.ts';
import type { Definition } from './definition.ts';
import { eventConversion } from './event-conversion.ts';
import { selectableFieldsOf } from './selectable-fields.ts';

/** Definitions of all built-in resources, in the order of discovery. */
export function builtInDefinitions(): readonly Definition[] {
  return builtInKinds.map((kind) => ({
    ...kind,
    listKind: `${kind.kind}List`,
    storage: storageOf(kind),
    custom: undefined,
    selectableFields: selectableFieldsOf(kind),
    conversion: conversionOf(kind),
  }));
}

/** Name of a resource's storage; both event groups hold the same objects. */
export function storageOf({ group, resource }: Pick<ServedResource, 'group' | 'resource'>): string {
  return group === '' || group === 'events.k8s.io' ? resource : `${group}/${resource}`;
}

function conversionOf(kind: ServedResource): Definition['conversion'] {
  if (kind.group === 'events.k8s.io') return eventConversion;
  if (kind.group === 'autoscaling' && kind.version === 'v1') return autoscalerConversion;
  return undefined;
}
