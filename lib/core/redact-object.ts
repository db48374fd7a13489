import { isExactNumber } from './exact-json.ts';
import type { KubernetesObject, ObjectMeta } from './kubernetes-object.ts';
import type { RedactionRule } from './redaction-rules.ts';

/** What a redacted value reads as. */
export const redactedText = 'REDACTED';

/** Secret `data` is base64, and clients refuse to decode anything else: this says REDACTED once decoded. */
const redactedBase64 = 'UkVEQUNURUQ=';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

export type RedactionOptions = {
  /** Rules for this object's own resource, see `rulesFor`. */
  readonly rules: readonly RedactionRule[];
  readonly keepManagedFields: boolean;
};

/**
 * The object as it may leave the watcher: values of a Secret's `data` and `stringData` and of the rules'
 * paths replaced, keys kept; the last-applied-configuration annotation removed, since it repeats whatever
 * was applied; managedFields dropped unless kept. All else is passed on as it is, and the input stays
 * unchanged (only what differs is copied: this runs for every change).
 */
export function redactObject(object: KubernetesObject, options: RedactionOptions): KubernetesObject {
  let redacted = redactMetadata(object, options);
  if (redacted.kind === 'Secret' && redacted.apiVersion === 'v1') redacted = redactSecret(redacted);
  for (const rule of options.rules) redacted = redactPath(redacted, rule.path, 0) as KubernetesObject;
  return redacted;
}

function redactMetadata(object: KubernetesObject, options: RedactionOptions): KubernetesObject {
  const { metadata } = object;
  const dropsFields = metadata.managedFields !== undefined && !options.keepManagedFields;
  const dropsApplied = isRecord(metadata.annotations) && Object.hasOwn(metadata.annotations, lastApplied);
  if (!dropsFields && !dropsApplied) return object;
  const copy: ObjectMeta = { ...metadata };
  if (dropsFields) delete copy.managedFields;
  if (dropsApplied) {
    const { [lastApplied]: _removed, ...annotations } = metadata.annotations ?? {};
    copy.annotations = annotations;
  }
  return { ...object, metadata: copy };
}

function redactSecret(secret: KubernetesObject): KubernetesObject {
  const copy = { ...secret };
  if (isRecord(copy['data'])) copy['data'] = withAllValues(copy['data'], redactedBase64);
  if (isRecord(copy['stringData'])) copy['stringData'] = withAllValues(copy['stringData'], redactedText);
  return copy;
}

function withAllValues(record: Record<string, unknown>, value: string): Record<string, string> {
  return Object.fromEntries(Object.keys(record).map((key) => [key, value]));
}

function redactPath(value: unknown, path: readonly string[], depth: number): unknown {
  const member = path[depth];
  if (member === undefined) return value === null ? null : redactedText;
  if (Array.isArray(value)) {
    return value.map((element: unknown, index) =>
      member === '*' || member === String(index) ? redactPath(element, path, depth + 1) : element,
    );
  }
  if (!isRecord(value)) return value;
  if (member === '*') {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, redactPath(inner, path, depth + 1)]),
    );
  }
  if (!Object.hasOwn(value, member)) return value;
  return { ...value, [member]: redactPath(value[member], path, depth + 1) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isExactNumber(value);
}
