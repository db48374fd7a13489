import type { CloudEvent } from '../core/cloud-event.ts';

/** Attributes by wire name, extensions among them, values as text. */
export type Attributes = Readonly<Record<string, string>>;

export type BuiltEvent =
  | { readonly kind: 'event'; readonly event: CloudEvent }
  | { readonly kind: 'invalid'; readonly reason: string };

/**
 * A CloudEvent from its attributes, checked against CloudEvents 1.0: specversion, the required attributes,
 * the form of the optional ones, names of extensions. `reason` names the attribute and quotes nothing, so
 * that it can go to the sender and into logs.
 */
export function buildEvent(attributes: Attributes, data: unknown): BuiltEvent {
  const reason = findProblem(attributes);
  if (reason !== undefined) return { kind: 'invalid', reason };
  const {
    specversion: _,
    id,
    source,
    type,
    subject,
    time,
    datacontenttype,
    dataschema,
    ...extensions
  } = attributes;
  const event: CloudEvent = {
    id: id ?? '',
    source: source ?? '',
    type: type ?? '',
    ...(subject === undefined ? {} : { subject }),
    ...(time === undefined ? {} : { time }),
    ...(datacontenttype === undefined ? {} : { datacontenttype }),
    ...(dataschema === undefined ? {} : { dataschema }),
    extensions,
    data,
  };
  return { kind: 'event', event };
}

/** True for names that CloudEvents 1.0 allows for extensions; `data` is taken by the formats. */
export function isExtensionName(name: string): boolean {
  return /^[a-z0-9]+$/.test(name) && name !== 'data' && !Object.hasOwn(forms, name);
}

type Form = { readonly pattern: RegExp; readonly expected: string };

const nonEmpty: Form = { pattern: /./su, expected: 'expected a non-empty string' };

/** RFC 3986 with the non-ASCII letters of RFC 3987; a bad percent escape makes Go's receivers refuse it. */
const uriReference: Form = {
  pattern: /^(?:[\w\-.~:/?#[\]@!$&'()*+,;=\u{a0}-\u{10ffff}]|%[0-9a-fA-F]{2})+$/u,
  expected: 'expected a non-empty URI reference',
};

const forms: Readonly<Record<string, Form>> = {
  specversion: { pattern: /^1\.0$/, expected: 'expected 1.0' },
  id: nonEmpty,
  source: uriReference,
  type: nonEmpty,
  subject: nonEmpty,
  time: {
    pattern:
      /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt](?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/,
    expected: 'expected a timestamp as in RFC 3339',
  },
  datacontenttype: { pattern: /^[^\s/;]+\/[^\s/;]+/, expected: 'expected a media type' },
  dataschema: { pattern: /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/, expected: 'expected an absolute URI' },
};

function findProblem(attributes: Attributes): string | undefined {
  for (const name of ['specversion', 'id', 'source', 'type']) {
    if (attributes[name] === undefined) return `attribute ${name} is missing`;
  }
  for (const name in attributes) {
    const value = attributes[name] ?? '';
    const form = Object.hasOwn(forms, name) ? forms[name] : undefined;
    if (form === undefined && !isExtensionName(name)) {
      return `extension ${JSON.stringify(name.slice(0, 40))} has a bad name, expected lower-case letters and digits`;
    }
    if (form !== undefined && !form.pattern.test(value)) return `attribute ${name}: ${form.expected}`;
    // CloudEvents 1.0, type system: no control characters in strings.
    if (/\p{Cc}/u.test(value)) return `attribute ${name} holds control characters`;
  }
  return undefined;
}
