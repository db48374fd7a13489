import { parse as parseYaml } from 'yaml';

import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import { apiVersionOf } from '../../../core/resource-kind.ts';
import type { Definition } from '../registry/definition.ts';
import { describeJsonError } from './describe-json-error.ts';
import { badRequest, unsupportedMediaType } from './status-error.ts';

/** Media types that bodies of objects may have. */
export const objectMediaTypes = ['application/json', 'application/yaml'] as const;

/** What a request body must turn out to be. */
export type ExpectedKind = { readonly group: string; readonly version: string; readonly kind: string };

/**
 * Reads the object of a create or update.
 * @throws StatusError 415 for other media types, 400 for text that is no object of this kind
 */
export function decodeObject(
  body: Buffer,
  contentType: string | undefined,
  definition: Definition,
): KubernetesObject {
  const value = decodeValue(body, contentType, definition.kind);
  if (definition.custom !== undefined) return decodeCustom(value, body.toString(), definition);
  return decodeTyped(value, definition);
}

/** Parses JSON or YAML by its media type; without one JSON is meant. */
export function decodeValue(body: Buffer, contentType: string | undefined, kind: string): unknown {
  const mediaType = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const text = body.toString();
  if (mediaType === 'application/yaml') return parseYamlBody(text, kind);
  if (mediaType !== '' && mediaType !== 'application/json') throw unsupportedMediaType(objectMediaTypes);
  try {
    return JSON.parse(text);
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

function unrecognized(kind: string, why: string, text: string): Error {
  return badRequest(
    `the object provided is unrecognized (must be of type ${kind}): ${why} (${summarize(text)})`,
  );
}

/** The first 30 bytes of a body, as error messages quote it. */
function summarize(text: string): string {
  return text.length > 30 ? `${text.slice(0, 30)} ...` : text;
}

function decodeTyped(value: unknown, definition: Definition): KubernetesObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw unrecognized(
      definition.kind,
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${goType(value)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
      JSON.stringify(value),
    );
  }
  const object = value as KubernetesObject;
  const kind = object.kind === undefined || object.kind === '' ? definition.kind : object.kind;
  const expected = apiVersionOf(definition);
  const apiVersion =
    object.apiVersion === undefined || object.apiVersion === '' ? expected : object.apiVersion;
  requireKind({ kind, apiVersion }, definition);
  const metadata = typeof object.metadata === 'object' && object.metadata !== null ? object.metadata : {};
  return { ...object, kind, apiVersion, metadata };
}

function requireKind(given: { kind: string; apiVersion: string }, definition: Definition): void {
  const expected = apiVersionOf(definition);
  if (given.kind === definition.kind && given.apiVersion === expected) return;
  const version = given.apiVersion.split('/').at(-1) ?? '';
  if (given.kind === definition.kind) {
    throw badRequest(
      `the API version in the data (${given.apiVersion}) does not match the expected API version (${expected})`,
    );
  }
  const internalGroup = definition.group === '' ? 'core' : (definition.group.split('.', 1)[0] ?? '');
  throw badRequest(
    `${given.kind} in version ${JSON.stringify(version)} cannot be handled as a ${definition.kind}: ` +
      `converting (${version}.${given.kind}) to (${internalGroup}.${definition.kind}): unknown conversion`,
  );
}

function decodeCustom(value: unknown, text: string, definition: Definition): KubernetesObject {
  const object = (typeof value === 'object' && value !== null ? value : {}) as KubernetesObject;
  if (typeof object.kind !== 'string' || object.kind === '') {
    throw unrecognized(definition.kind, `Object 'Kind' is missing in '${text}'`, text);
  }
  const expected = apiVersionOf(definition);
  if (object.apiVersion !== expected) {
    throw badRequest(
      `the API version in the data (${object.apiVersion ?? ''}) does not match the expected API version (${expected})`,
    );
  }
  const metadata = typeof object.metadata === 'object' && object.metadata !== null ? object.metadata : {};
  return { ...object, metadata };
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}
