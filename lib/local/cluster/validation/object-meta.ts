import type { ObjectMeta, OwnerReference } from '../../../core/kubernetes-object.ts';
import { dnsLabelProblems, labelKeyProblems, labelValueProblems } from '../../../core/name-syntax.ts';
import { type NamedResource, nameProblems } from '../names.ts';
import { type FieldProblem, forbidden, invalid, required, tooLong } from './field-problem.ts';

/** What decides about the metadata of its objects. */
export type MetadataOwner = NamedResource & {
  readonly namespaced: boolean;
  /** Anything but undefined for custom resources, whose finalizers follow a weaker rule. */
  readonly custom: unknown;
};

const maxAnnotationBytes = 256 * 1024;
const standardFinalizers: readonly string[] = ['kubernetes', 'orphan', 'foregroundDeletion'];

/** Problems of the metadata of an object that is to be created, in the order of the API server. */
export function validateObjectMeta(
  meta: ObjectMeta,
  owner: MetadataOwner,
  path = 'metadata',
): FieldProblem[] {
  const { name = '', generateName = '', namespace = '', generation = 0 } = meta;
  const problems: FieldProblem[] = [];
  for (const problem of generateName === '' ? [] : nameProblems(owner, generateName, true)) {
    problems.push(invalid(`${path}.generateName`, generateName, problem));
  }
  if (name === '') problems.push(required(`${path}.name`, 'name or generateName is required'));
  else problems.push(...nameProblems(owner, name).map((text) => invalid(`${path}.name`, name, text)));
  if (owner.namespaced) {
    if (namespace === '') problems.push(required(`${path}.namespace`));
    const namespaceProblems = namespace === '' ? [] : dnsLabelProblems(namespace);
    problems.push(...namespaceProblems.map((text) => invalid(`${path}.namespace`, namespace, text)));
  } else if (namespace !== '') problems.push(forbidden(`${path}.namespace`, 'not allowed on this type'));
  if (generation < 0) {
    problems.push(invalid(`${path}.generation`, generation, 'must be greater than or equal to 0'));
  }
  return [
    ...problems,
    ...validateLabels(meta.labels, `${path}.labels`),
    ...validateAnnotations(meta.annotations, `${path}.annotations`),
    ...validateOwnerReferences(meta.ownerReferences, `${path}.ownerReferences`),
    ...validateFinalizers(meta.finalizers, owner, `${path}.finalizers`),
  ];
}

/** Problems of changed metadata; the server-owned fields must be those of the stored object. */
export function validateObjectMetaUpdate(
  meta: ObjectMeta,
  stored: ObjectMeta,
  path = 'metadata',
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (stored.deletionTimestamp !== undefined) {
    const known = new Set(stored.finalizers);
    const added = (meta.finalizers ?? []).filter((finalizer) => !known.has(finalizer));
    if (added.length > 0) problems.push(newFinalizers([...new Set(added)].sort(), `${path}.finalizers`));
  }
  if ((meta.resourceVersion ?? '') === '') {
    problems.push(invalid(`${path}.resourceVersion`, '', 'must be specified for an update'));
  }
  const { generation = 0 } = meta;
  if (generation < (stored.generation ?? 0)) {
    problems.push(invalid(`${path}.generation`, generation, 'must not be decremented'));
  }
  for (const field of immutableFields) {
    if (meta[field] !== stored[field]) {
      problems.push(invalid(`${path}.${field}`, meta[field] ?? null, 'field is immutable'));
    }
  }
  return [
    ...problems,
    ...validateLabels(meta.labels, `${path}.labels`),
    ...validateAnnotations(meta.annotations, `${path}.annotations`),
    ...validateOwnerReferences(meta.ownerReferences, `${path}.ownerReferences`),
  ];
}

const immutableFields = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

/** Problems of labels, of an object or of the template of its pods. */
export function validateLabels(labels: Readonly<Record<string, string>> = {}, path: string): FieldProblem[] {
  return Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, value]) => [
      ...labelKeyProblems(key).map((text) => invalid(path, key, text)),
      ...labelValueProblems(value).map((text) => invalid(path, value, text)),
    ]);
}

/** Problems of annotations; keys may have capitals in their prefix, unlike those of labels. */
export function validateAnnotations(
  annotations: Readonly<Record<string, string>> = {},
  path: string,
): FieldProblem[] {
  const entries = Object.entries(annotations).sort(([a], [b]) => (a < b ? -1 : 1));
  const problems = entries.flatMap(([key]) =>
    labelKeyProblems(key.toLowerCase()).map((text) => invalid(path, key, text)),
  );
  let bytes = 0;
  for (const [key, value] of entries) bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  if (bytes > maxAnnotationBytes) problems.push(tooLong(path, maxAnnotationBytes));
  return problems;
}

/** References as a client sent them: any part may be missing. */
function validateOwnerReferences(
  references: readonly Partial<OwnerReference>[] = [],
  path: string,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  let controller: Partial<OwnerReference> | undefined;
  for (const reference of references) {
    const { apiVersion = '', kind = '', name = '', uid = '' } = reference;
    if (apiVersion === '' || apiVersion.endsWith('/')) {
      problems.push(invalid(`${path}.apiVersion`, apiVersion, 'version must not be empty'));
    }
    const named = { kind, name, uid };
    for (const field of ['kind', 'name', 'uid'] as const) {
      if (named[field] === '') problems.push(invalid(`${path}.${field}`, '', 'must not be empty'));
    }
    if (apiVersion === 'v1' && kind === 'Event') {
      problems.push(invalid(path, reference, '/v1, Kind=Event is disallowed from being an owner'));
    }
    if (reference.controller !== true) continue;
    if (controller !== undefined) problems.push(secondController(references, controller, reference, path));
    else controller = reference;
  }
  return problems;
}

function secondController(
  references: readonly Partial<OwnerReference>[],
  first: Partial<OwnerReference>,
  second: Partial<OwnerReference>,
  path: string,
): FieldProblem {
  const both = [first, second].map(({ kind, name }) => `${kind}/${name}`).join(' and ');
  return invalid(
    path,
    references,
    `Only one reference can have Controller set to true. Found "true" in references for ${both}`,
  );
}

function validateFinalizers(
  finalizers: readonly string[] = [],
  owner: MetadataOwner,
  path: string,
): FieldProblem[] {
  const problems = finalizers.flatMap((finalizer) =>
    labelKeyProblems(finalizer).map((text) => invalid(path, finalizer, text)),
  );
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    problems.push(invalid(path, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'));
  }
  if (owner.custom !== undefined) return problems;
  finalizers.forEach((finalizer, index) => {
    if (finalizer.includes('/') || standardFinalizers.includes(finalizer)) return;
    problems.push(
      invalid(
        `${path}[${index}]`,
        finalizer,
        'name is neither a standard finalizer name nor is it fully qualified',
      ),
    );
  });
  return problems;
}

function newFinalizers(added: readonly string[], path: string): FieldProblem {
  const list = `[]string{${added.map((finalizer) => JSON.stringify(finalizer)).join(', ')}}`;
  return forbidden(
    path,
    `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`,
  );
}
