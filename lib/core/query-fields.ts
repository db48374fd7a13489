import { z } from 'zod';
import { parseLabelSelector } from './label-selector.ts';

/** As in the seed stack: no name, namespace or version of Kubernetes is longer. */
const maxTextBytes = 256;
const maxLabelsBytes = 4_096;
const maxCursorLength = 4_096;
/** Several groups or kinds in one question. */
const maxListMembers = 64;
const tooMany = `expected at most ${maxListMembers}`;

/**
 * What the API description says of a field, where it differs as a query parameter and as a member of a JSON body:
 * zod can't tell it, because a transformation may refuse anything.
 */
function described(query: object, body: object = query) {
  return { openApi: { query, body } };
}

const listed = described(
  { type: 'array', items: { type: 'string', maxLength: maxTextBytes }, maxItems: maxListMembers },
  {
    anyOf: [
      { type: 'string', maxLength: maxTextBytes },
      { type: 'array', items: { type: 'string', maxLength: maxTextBytes }, maxItems: maxListMembers },
    ],
  },
);

/** Text that PostgreSQL can hold; blank means absent, as templates of clients leave parameters empty. */
export function textField() {
  return boundedText(maxTextBytes)
    .transform((text) => (text === '' ? undefined : text))
    .optional()
    .meta(described({ type: 'string', maxLength: maxTextBytes }));
}

/** One or several values: given several times, or separated by commas. Blank means absent. */
export function listField() {
  return z
    .union([boundedText(maxTextBytes), z.array(boundedText(maxTextBytes)).max(maxListMembers)], {
      error: `expected text of at most ${maxTextBytes} bytes, or a list`,
    })
    .transform(splitMembers)
    .refine(isBounded, tooMany)
    .transform((members) => (members.length === 0 ? undefined : members))
    .optional()
    .meta(listed);
}

/** API groups; required. Empty text and `core` both stand for the core group. */
export function groupsField() {
  return z
    .union([boundedText(maxTextBytes), z.array(boundedText(maxTextBytes)).max(maxListMembers)], {
      error: `required: an API group, or nothing after "group=" for the core group`,
    })
    .transform((given) => {
      const members = (Array.isArray(given) ? given : [given]).flatMap((text) => text.split(','));
      return [...new Set(members.map((group) => (group.trim() === 'core' ? '' : group.trim())))].sort();
    })
    .refine(isBounded, tooMany)
    .meta(listed);
}

/** A whole number in bounds, as a number or its text; `null`, which templates leave behind, means the default. */
export function limitField(options: { readonly default: number; readonly max: number }) {
  const message = `expected a whole number from 1 to ${options.max}`;
  return z
    .union([z.number(), z.string()], { error: message })
    .transform((value, context) => {
      if (value === 'null' || value === '') return options.default;
      const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
      if (typeof number === 'number' && Number.isInteger(number) && number >= 1 && number <= options.max) {
        return number;
      }
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    })
    .default(options.default)
    .meta(described({ type: 'integer', minimum: 1, maximum: options.max, default: options.default }));
}

/** `true` or `false`, as a boolean or its text. */
export function flagField(defaultValue: boolean) {
  return z
    .union([z.boolean(), z.enum(['true', 'false', ''])], { error: 'expected true or false' })
    .transform((value) => (value === '' ? defaultValue : value === true || value === 'true'))
    .default(defaultValue)
    .meta(described({ type: 'boolean', default: defaultValue }));
}

/** A moment in RFC 3339; given back as text, because a Date would lose its microseconds. */
export function timeField() {
  const message = 'expected a time in RFC 3339 such as 2026-11-20T10:00:00Z';
  return z
    .string({ error: message })
    .refine((text) => text === '' || isTime(text), message)
    .transform((text) => (text === '' ? undefined : text))
    .optional()
    .meta(described({ type: 'string', format: 'date-time' }));
}

export function uuidField() {
  const message = 'expected a UUID';
  return z
    .string({ error: message })
    .refine((text) => text === '' || /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text), message)
    .transform((text) => (text === '' ? undefined : text.toLowerCase()))
    .optional()
    .meta(described({ type: 'string', format: 'uuid' }));
}

const labelsObject = { type: 'object', additionalProperties: { type: 'string' } };

/** Labels that must all be there with these values: a JSON object, or its text. */
export function labelsField() {
  const message = 'expected a JSON object of label names and values such as {"app":"shop"}';
  return z
    .union([z.string(), z.record(z.string(), z.string())], { error: message })
    .transform((value, context) => {
      if (value === '') return undefined;
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      const labels = z.record(z.string(), z.string()).safeParse(parseJson(text));
      const isStored = labels.success && Object.entries(labels.data).flat().every(isStorable);
      if (!isStored || Buffer.byteLength(text) > maxLabelsBytes) {
        context.addIssue({ code: 'custom', message });
        return z.NEVER;
      }
      return Object.keys(labels.data).length === 0 ? undefined : labels.data;
    })
    .optional()
    .meta(
      described(
        {
          type: 'string',
          maxLength: maxLabelsBytes,
          contentMediaType: 'application/json',
          contentSchema: labelsObject,
        },
        labelsObject,
      ),
    );
}

/** A label selector with all of Kubernetes' operators, such as `app in (a,b),!canary`. */
export function labelSelectorField() {
  const message = `expected a label selector of at most ${maxLabelsBytes} bytes`;
  return z
    .string({ error: message })
    .refine((text) => Buffer.byteLength(text) <= maxLabelsBytes, message)
    .transform((text, context) => {
      const selector = parseLabelSelector(text);
      if (selector.kind === 'selector') return selector.requirements.length === 0 ? undefined : selector;
      context.addIssue({ code: 'custom', message: selector.message });
      return z.NEVER;
    })
    .optional()
    .meta(described({ type: 'string', maxLength: maxLabelsBytes }));
}

export function cursorField() {
  const message = `expected the cursor of a page before`;
  return z
    .string({ error: message })
    .max(maxCursorLength, message)
    .transform((text) => (text === '' ? undefined : text))
    .optional()
    .meta(described({ type: 'string', maxLength: maxCursorLength }));
}

function boundedText(maxBytes: number) {
  return z
    .string({ error: `expected text of at most ${maxBytes} bytes` })
    .refine((text) => Buffer.byteLength(text) <= maxBytes, `expected at most ${maxBytes} bytes`)
    .refine(isStorable, 'expected text without NUL and without halves of characters');
}

/** PostgreSQL holds neither NUL nor half of a surrogate pair, which JSON can spell. */
function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function isBounded(members: readonly string[]): boolean {
  return members.length <= maxListMembers;
}

function splitMembers(given: string | string[]): string[] {
  const members = (Array.isArray(given) ? given : [given]).flatMap((text) => text.split(','));
  return [...new Set(members.map((member) => member.trim()).filter((member) => member !== ''))].sort();
}

function isTime(text: string): boolean {
  const shape = /^(\d{4})-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;
  const year = shape.exec(text)?.[1];
  // PostgreSQL knows no year 0; Date.parse() refuses days and hours that do not exist.
  return year !== undefined && year !== '0000' && !Number.isNaN(Date.parse(text)) && dayExists(text);
}

/** Date.parse() takes 31 February for a day in March. */
function dayExists(text: string): boolean {
  const day = text.slice(0, 10);
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Chosen members of an item, and paths into its object. */
export type ChosenFields = {
  readonly members: readonly string[];
  readonly paths: readonly (readonly string[])[];
};

const maxFields = 64;

/**
 * Members by name and, with `raw.` in front, paths into the object; comma-separated or as a list. A dot inside a
 * name is escaped by a backslash, as in `raw.metadata.annotations.example\.com/owner`.
 */
export function fieldsField(members: readonly string[], options: { readonly withPaths: boolean }) {
  const message = `expected names of ${members.join(', ')}${options.withPaths ? ', or paths such as raw.spec.replicas' : ''}`;
  return z
    .union([boundedText(maxLabelsBytes), z.array(boundedText(maxTextBytes)).max(maxFields)], {
      error: message,
    })
    .transform((given, context): ChosenFields | undefined => {
      const names = splitMembers(given);
      if (names.length === 0) return undefined;
      const paths = names.filter((name) => name.startsWith('raw.')).map(splitPath);
      const plain = names.filter((name) => !name.startsWith('raw.'));
      const wrong =
        (!options.withPaths && paths.length > 0) ||
        plain.some((name) => !members.includes(name)) ||
        paths.some((path) => path.includes(''));
      if (!wrong && names.length <= maxFields) return { members: plain, paths };
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    })
    .optional()
    .meta(
      described({
        type: 'array',
        items: { type: 'string', ...(options.withPaths ? {} : { enum: members }) },
        maxItems: maxFields,
      }),
    );
}

/** `raw.a.b\.c` is the path a, b.c. */
function splitPath(field: string): string[] {
  return field
    .slice('raw.'.length)
    .split(/(?<!\\)\./)
    .map((segment) => segment.replaceAll('\\.', '.'));
}
