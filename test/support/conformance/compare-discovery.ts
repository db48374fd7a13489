type Named = Readonly<Record<string, unknown>>;

/**
 * The recorded discovery document without what the server under test does not serve at all: which kinds there
 * are is its own affair, how it shows them is not.
 */
export function withServedOnly(recorded: unknown, observed: unknown): unknown {
  if (Array.isArray(recorded) && Array.isArray(observed)) {
    const served = new Map(observed.map((item) => [nameOf(item), item as unknown]));
    return recorded
      .filter((item) => nameOf(item) === undefined || served.has(nameOf(item)))
      .map((item) => withServedOnly(item, served.get(nameOf(item))));
  }
  if (isRecord(recorded) && isRecord(observed)) {
    return Object.fromEntries(
      Object.entries(recorded).map(([name, value]) => [
        name,
        lists.has(name) ? withServedOnly(value, observed[name]) : value,
      ]),
    );
  }
  return recorded;
}

/** Members of discovery documents that list what is served. */
const lists = new Set(['groups', 'resources', 'items', 'versions', 'subresources']);

/** What identifies an entry of such a list. */
function nameOf(item: unknown): string | undefined {
  if (!isRecord(item)) return typeof item === 'string' ? item : undefined;
  const metadata = item['metadata'];
  const name =
    item['name'] ??
    item['resource'] ??
    item['subresource'] ??
    item['groupVersion'] ??
    item['version'] ??
    (isRecord(metadata) ? (metadata['name'] ?? '') : undefined);
  return typeof name === 'string' ? name : undefined;
}

function isRecord(value: unknown): value is Named {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
