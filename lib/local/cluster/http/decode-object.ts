import { parse as parseYaml } from 'yaml';

import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import { apiVersionOf } from '../../../core/resource-kind.ts';
import { pruneCustomObject } from '../custom/prune-custom-object.ts';
import { decodeProtobuf } from '../protobuf/decode-protobuf.ts';
import { openProtobuf, type ProtobufEnvelope } from '../protobuf/open-protobuf.ts';
import { WireError } from '../protobuf/wire-reader.ts';
import type { Definition } from '../registry/definition.ts';
import { builtInSchema } from '../schemas/built-in-schema.ts';
import { decodeTyped } from '../schemas/decode-typed.ts';
import { type JsonTree, parseJsonTree, valueToTree } from '../schemas/parse-json-tree.ts';
import type { StructNode } from '../schemas/schema-node.ts';
import { strictProblems } from '../schemas/strict-problems.ts';
import type { WriteOptions } from '../writes/write-options.ts';
import { describeJsonError } from './describe-json-error.ts';
import { badRequest, unsupportedMediaType } from './status-error.ts';

const protobufType = 'application/vnd.kubernetes.protobuf';

/** Media types that bodies of objects may have. */
const objectMediaTypes = ['application/json', 'application/yaml', protobufType] as const;

/** An object as it was sent and what a strict decoder says about it. */
export type DecodedObject = {
  readonly object: KubernetesObject;
  /** Unknown and double fields, as texts for warnings. */
  readonly problems: readonly string[];
};

/**
 * Reads the object of a create or update; what it has too much becomes warnings or a refusal.
 * @throws StatusError 415 for other media types, 400 for text that is no object of this kind
 */
export function decodeObject(
  body: Buffer,
  contentType: string | undefined,
  definition: Definition,
  options: Pick<WriteOptions, 'fieldValidation' | 'warn'>,
): KubernetesObject {
  if (mediaTypeOf(contentType) === protobufType) return decodeFromProtobuf(body, definition);
  const text = body.toString();
  const { value, tree } = decodeTree(
    text,
    contentType,
    definition.kind,
    options.fieldValidation !== 'Ignore',
  );
  const { object, problems } =
    definition.custom === undefined
      ? decodeBuiltIn(value, tree, definition)
      : decodeCustom(value, text, tree, definition);
  if (options.fieldValidation === 'Strict' && problems.length > 0) {
    throw cannotBeHandled(object, definition, `strict decoding error: ${problems.join(', ')}`);
  }
  for (const problem of problems) options.warn(problem);
  return object;
}

function mediaTypeOf(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function decodeFromProtobuf(body: Buffer, definition: Definition): KubernetesObject {
  const type = definition.custom === undefined ? builtInSchema(definition) : undefined;
  if (type === undefined) throw unsupportedMediaType(['application/json', 'application/yaml']);
  const envelope = openEnvelope(body, definition.kind);
  const { kind = definition.kind, apiVersion = apiVersionOf(definition) } = givenType(envelope);
  requireKind({ kind, apiVersion }, definition);
  const value = decodeMessage(envelope, type, (why) =>
    cannotBeHandled({ kind, apiVersion }, definition, why),
  );
  return decodeBuiltIn({ ...value, kind, apiVersion }, undefined, definition).object;
}

function givenType({ kind, apiVersion }: ProtobufEnvelope): { kind?: string; apiVersion?: string } {
  return { ...(kind === '' ? {} : { kind }), ...(apiVersion === '' ? {} : { apiVersion }) };
}

function openEnvelope(body: Buffer, kind: string): ProtobufEnvelope {
  try {
    return openProtobuf(body);
  } catch (error) {
    if (error instanceof WireError) throw unrecognized(kind, error.message, body);
    throw error;
  }
}

function decodeMessage(
  { message }: ProtobufEnvelope,
  type: StructNode,
  refusal: (why: string) => Error,
): Record<string, unknown> {
  try {
    return decodeProtobuf(message, type);
  } catch (error) {
    if (error instanceof WireError) throw refusal(error.message);
    throw error;
  }
}

/** Reads what a patch has made of an object, in the definition's version. */
export function decodePatched(
  value: unknown,
  definition: Definition,
): DecodedObject | { readonly mismatch: string } {
  if (!isRecord(value)) return { mismatch: `json: cannot unmarshal ${goType(value)} into Go value` };
  const given = value as KubernetesObject;
  if (definition.custom !== undefined) return pruneCustom(given, definition);
  const type = builtInSchema(definition);
  const metadata = isRecord(given.metadata) ? given.metadata : {};
  if (type === undefined) return { object: { ...given, metadata }, problems: [] };
  const decoded = decodeTyped(value, type);
  if (decoded.kind === 'invalid') return { mismatch: decoded.message };
  const { apiVersion = apiVersionOf(definition), kind = definition.kind } = given;
  const object = { ...(decoded.object as KubernetesObject), kind, apiVersion };
  return {
    object: { ...object, metadata: object.metadata ?? {} },
    problems: strictProblems(valueToTree(value), type),
  };
}

/** What is no resource but a part of requests: options and subresources, by their kinds. */
const requestKinds = {
  Binding: { group: '', version: 'v1', kind: 'Binding' },
  DeleteOptions: { group: '', version: 'v1', kind: 'DeleteOptions' },
  Eviction: { group: 'policy', version: 'v1', kind: 'Eviction' },
  Scale: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
} as const;

/**
 * Parses JSON, YAML or protobuf by its media type; without one JSON is meant.
 * @throws StatusError 415 for other media types, 400 for what is none of this kind
 */
export function decodeValue(
  body: Buffer,
  contentType: string | undefined,
  kind: keyof typeof requestKinds,
): unknown {
  if (mediaTypeOf(contentType) !== protobufType) {
    return decodeTree(body.toString(), contentType, kind, false).value;
  }
  const envelope = openEnvelope(body, kind);
  const type = builtInSchema(requestKinds[kind]);
  // DeleteOptions come in every group that objects to delete are in, all with the same fields.
  if (type === undefined || (envelope.kind !== '' && envelope.kind !== kind)) {
    throw badRequest(`decoded object cannot be converted to ${kind}`);
  }
  const value = decodeMessage(envelope, type, (why) => unrecognized(kind, why, body));
  const decoded = decodeTyped({ ...value, kind }, type);
  if (decoded.kind === 'invalid') throw unrecognized(kind, decoded.message, body);
  return decoded.object;
}

function decodeTree(
  text: string,
  contentType: string | undefined,
  kind: string,
  withTree: boolean,
): { readonly value: unknown; readonly tree: JsonTree | undefined } {
  const mediaType = mediaTypeOf(contentType);
  if (mediaType === 'application/yaml') {
    const value = parseYamlBody(text, kind);
    return { value, tree: withTree ? valueToTree(value) : undefined };
  }
  if (mediaType !== '' && mediaType !== 'application/json') throw unsupportedMediaType(objectMediaTypes);
  try {
    return { value: JSON.parse(text) as unknown, tree: withTree ? parseJsonTree(text) : undefined };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw unrecognized(kind, `couldn't get version/kind; json parse error: ${describeJsonError(text)}`, text);
  }
}

function parseYamlBody(text: string, kind: string): unknown {
  try {
    return parseYaml(text);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw unrecognized(kind, `couldn't get version/kind; yaml parse error: ${error.message}`, text);
  }
}

function unrecognized(kind: string, why: string, body: string | Buffer): Error {
  return badRequest(
    `the object provided is unrecognized (must be of type ${kind}): ${why} (${summarize(body)})`,
  );
}

/** The first 30 bytes of a body, as error messages quote it: as text where it may be JSON, else in hex. */
function summarize(body: string | Buffer): string {
  const bytes = Buffer.from(body);
  if (bytes.length === 0) return '<empty>';
  const shown = bytes.subarray(0, 30).toString(bytes[0] === openingBrace ? 'utf8' : 'hex');
  return bytes.length > 30 ? `${shown} ...` : shown;
}

const openingBrace = 0x7b;

function decodeBuiltIn(value: unknown, tree: JsonTree | undefined, definition: Definition): DecodedObject {
  if (!isRecord(value)) {
    const expected =
      'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
    const why = `couldn't get version/kind; json parse error: json: cannot unmarshal ${goType(value)} into Go value of type ${expected}`;
    throw unrecognized(definition.kind, why, JSON.stringify(value));
  }
  const given = value as KubernetesObject;
  const kind = given.kind || definition.kind;
  const apiVersion = given.apiVersion || apiVersionOf(definition);
  requireKind({ kind, apiVersion }, definition);
  const type = builtInSchema(definition);
  if (type === undefined) {
    return { object: { ...given, kind, apiVersion, metadata: given.metadata ?? {} }, problems: [] };
  }
  const decoded = decodeTyped(value, type);
  if (decoded.kind === 'invalid') {
    throw cannotBeHandled({ ...given, kind, apiVersion }, definition, decoded.message);
  }
  const object = { ...(decoded.object as KubernetesObject), kind, apiVersion };
  return {
    object: { ...object, metadata: object.metadata ?? {} },
    problems: tree === undefined ? [] : strictProblems(tree, type),
  };
}

function requireKind(given: { kind: string; apiVersion: string }, definition: Definition): void {
  const expected = apiVersionOf(definition);
  if (given.kind === definition.kind && given.apiVersion === expected) return;
  if (given.kind === definition.kind) {
    throw badRequest(
      `the API version in the data (${given.apiVersion}) does not match the expected API version (${expected})`,
    );
  }
  const version = given.apiVersion.split('/').at(-1) ?? '';
  const internalGroup = definition.group === '' ? 'core' : (definition.group.split('.', 1)[0] ?? '');
  throw cannotBeHandled(
    given,
    definition,
    `converting (${version}.${given.kind}) to (${internalGroup}.${definition.kind}): unknown conversion`,
  );
}

function cannotBeHandled(
  given: { readonly kind?: string; readonly apiVersion?: string },
  definition: Definition,
  why: string,
): Error {
  const version = given.apiVersion?.split('/').at(-1) ?? '';
  return badRequest(
    `${given.kind} in version ${JSON.stringify(version)} cannot be handled as a ${definition.kind}: ${why}`,
  );
}

function decodeCustom(
  value: unknown,
  text: string,
  tree: JsonTree | undefined,
  definition: Definition,
): DecodedObject {
  const object = (isRecord(value) ? value : {}) as KubernetesObject;
  if (typeof object.kind !== 'string' || object.kind === '') {
    throw unrecognized(definition.kind, `Object 'Kind' is missing in '${text}'`, text);
  }
  const expected = apiVersionOf(definition);
  if (object.apiVersion !== expected) {
    throw badRequest(
      `the API version in the data (${object.apiVersion ?? ''}) does not match the expected API version (${expected})`,
    );
  }
  const pruned = pruneCustom(object, definition);
  if ('mismatch' in pruned) throw cannotBeHandled(object, definition, pruned.mismatch);
  const doubles = tree === undefined ? [] : strictProblems(tree, { kind: 'any' });
  return { object: pruned.object, problems: [...doubles, ...pruned.problems] };
}

/** The object without what its schema does not know. */
function pruneCustom(
  object: KubernetesObject,
  { custom }: Definition,
): DecodedObject | { readonly mismatch: string } {
  const preserveUnknownFields = custom?.preserveUnknownFields === true;
  const pruned = pruneCustomObject(object, custom?.schema, { preserveUnknownFields });
  if (pruned.kind === 'invalid') return { mismatch: pruned.message };
  return {
    object: pruned.object as KubernetesObject,
    problems: pruned.unknownFields.map((path) => `unknown field ${JSON.stringify(path)}`),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}
