import type { CloudEvent } from '../../core/cloud-event.ts';

export type EventFilter = (event: CloudEvent) => boolean;

/**
 * The filter of a Trigger: `filters` (Subscriptions API: exact, prefix, suffix, all, any, not) wins over
 * `filter.attributes`; without either everything matches.
 * @throws TypeError for what the API server's webhook would refuse, and for `cesql`, which this double lacks
 */
export function compileTriggerFilter(spec: {
  readonly filter?: unknown;
  readonly filters?: unknown;
}): EventFilter {
  if (Array.isArray(spec.filters) && spec.filters.length > 0) return all(spec.filters.map(compileDialect));
  const attributes = asRecord(spec.filter ?? {}, 'filter')['attributes'];
  if (attributes === undefined) return () => true;
  return all(
    Object.entries(asStrings(attributes, 'filter.attributes')).map(([name, value]) =>
      // The old filter reads an empty value as "any value"; the attribute must be there.
      attributeTest(name, (found) => value === '' || found === value),
    ),
  );
}

function compileDialect(filter: unknown): EventFilter {
  const dialects = Object.entries(asRecord(filter, 'filter'));
  const [dialect] = dialects;
  if (dialect === undefined || dialects.length > 1) {
    throw new TypeError(`Cannot use filter: ${dialects.length} dialects, expected one`);
  }
  const [name, value] = dialect;
  switch (name) {
    case 'exact':
      return attributes(name, value, (found, wanted) => found === wanted);
    case 'prefix':
      return attributes(name, value, (found, wanted) => found.startsWith(wanted));
    case 'suffix':
      return attributes(name, value, (found, wanted) => found.endsWith(wanted));
    case 'all':
      return all(asList(name, value).map(compileDialect));
    case 'any': {
      const members = asList(name, value).map(compileDialect);
      return (event) => members.some((member) => member(event));
    }
    case 'not': {
      const inner = compileDialect(value);
      return (event) => !inner(event);
    }
    case 'cesql':
      throw new TypeError('Cannot use filter: the development broker has no CESQL, expected another dialect');
    default:
      throw new TypeError(
        `Cannot use filter: dialect "${name}", expected exact, prefix, suffix, all, any or not`,
      );
  }
}

function attributes(
  dialect: string,
  value: unknown,
  test: (found: string, wanted: string) => boolean,
): EventFilter {
  const entries = Object.entries(asStrings(value, dialect));
  if (entries.length === 0) throw new TypeError(`Cannot use filter: empty ${dialect}, expected an attribute`);
  return all(
    entries.map(([name, wanted]) => {
      if (wanted === '') throw new TypeError(`Cannot use filter: empty value of "${name}", expected text`);
      return attributeTest(name, (found) => test(found, wanted));
    }),
  );
}

function attributeTest(name: string, test: (found: string) => boolean): EventFilter {
  return (event) => {
    const found = attributeOf(event, name);
    return found !== undefined && test(found);
  };
}

function attributeOf(event: CloudEvent, name: string): string | undefined {
  switch (name) {
    case 'specversion':
      return '1.0';
    case 'id':
    case 'source':
    case 'type':
    case 'subject':
    case 'time':
    case 'datacontenttype':
    case 'dataschema':
      return event[name];
    default:
      return Object.hasOwn(event.extensions, name) ? event.extensions[name] : undefined;
  }
}

function all(filters: readonly EventFilter[]): EventFilter {
  return (event) => filters.every((filter) => filter(event));
}

function asRecord(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new TypeError(`Cannot use ${what}: no object, expected an object`);
}

function asStrings(value: unknown, what: string): Record<string, string> {
  const record = asRecord(value, what);
  for (const [name, member] of Object.entries(record)) {
    if (typeof member !== 'string')
      throw new TypeError(`Cannot use ${what}.${name}: no text, expected a string`);
  }
  return record as Record<string, string>;
}

function asList(dialect: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0) return value;
  throw new TypeError(`Cannot use filter: empty ${dialect}, expected a list of filters`);
}
