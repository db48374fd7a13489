import { type FieldSelector, parseFieldSelector as parseTerms } from '../../core/field-selector.ts';
import type { InvalidSelector } from '../../core/label-selector.ts';

/** What decides about the field selectors that a resource takes. */
export type FieldSelectorTarget = {
  readonly group: string;
  readonly resource: string;
  readonly namespaced: boolean;
  /** Anything but undefined for custom resources. */
  readonly custom: unknown;
  /** Beside metadata.name and metadata.namespace. */
  readonly selectableFields: readonly string[];
};

/** Built-in resources without conversions of their own name the two fields that every object has. */
const kindsWithOwnWords = new Set([
  '/pods',
  '/nodes',
  '/replicationcontrollers',
  '/events',
  '/namespaces',
  '/secrets',
  '/services',
  'events.k8s.io/events',
  'certificates.k8s.io/certificatesigningrequests',
]);

/** Names in events.k8s.io of fields that are stored under their core/v1 names. */
const eventFields: Readonly<Record<string, string>> = { reportingController: 'reportingComponent' };

/** Parses a field selector against the fields of one resource, refusing others in the server's words. */
export function parseFieldSelector(
  text: string,
  target: FieldSelectorTarget,
): FieldSelector | InvalidSelector {
  return parseTerms(text, (field) => {
    const isCommon =
      field === 'metadata.name' || (field === 'metadata.namespace' && hasNamespaceField(target));
    if (isCommon || target.selectableFields.includes(field)) return { field: storedField(target, field) };
    if (target.group === '' && target.resource === 'pods' && field === 'spec.host') {
      return { field: 'spec.nodeName' };
    }
    return { message: refusal(target, field) };
  });
}

/** Most cluster-scoped built-in kinds accept the field nevertheless: no object of theirs has a value. */
function hasNamespaceField(target: FieldSelectorTarget): boolean {
  return target.namespaced || (target.custom === undefined && !hasOwnWords(target));
}

function storedField(target: FieldSelectorTarget, field: string): string {
  if (target.group !== 'events.k8s.io') return field;
  return eventFields[field] ?? field.replace(/^regarding\./, 'involvedObject.');
}

function refusal(target: FieldSelectorTarget, field: string): string {
  if (target.group === 'batch' && target.resource === 'jobs') {
    return `field label ${JSON.stringify(field)} not supported for Job`;
  }
  if (target.custom !== undefined || hasOwnWords(target)) return `field label not supported: ${field}`;
  return `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

function hasOwnWords(target: FieldSelectorTarget): boolean {
  return kindsWithOwnWords.has(`${target.group}/${target.resource}`);
}
