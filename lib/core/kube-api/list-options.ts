/** Query parameters of a list or watch that are about how to read, checked against each other. */
export type ListOptions = {
  readonly kind: 'options';
  /** `undefined` for everything. */
  readonly limit: number | undefined;
  readonly continueToken: string | undefined;
  /** A decimal number; `undefined` where none was given. */
  readonly resourceVersion: string | undefined;
  readonly match: '' | 'Exact' | 'NotOlderThan';
  readonly timeoutSeconds: number | undefined;
  readonly watch: boolean;
  readonly allowBookmarks: boolean;
  /** `undefined` where the client leaves it to the server. */
  readonly sendInitialEvents: boolean | undefined;
};

/** One option that is wrong, as the `causes` of a Status have it. */
export type OptionProblem = {
  readonly reason: 'FieldValueForbidden' | 'FieldValueNotSupported';
  readonly field: 'resourceVersionMatch' | 'sendInitialEvents';
  readonly message: string;
};

export type RefusedOptions =
  /** 400. */
  | { readonly kind: 'unreadable'; readonly message: string }
  /** 422: options that exclude each other. */
  | { readonly kind: 'contradictory'; readonly problems: readonly OptionProblem[] };

/** Reads and checks the options in the API server's order and words. */
export function parseListOptions(query: URLSearchParams): ListOptions | RefusedOptions {
  const watch = isTrue(query.get('watch'));
  const problems = watch ? watchProblems(query) : listProblems(query);
  if (problems.length > 0) return { kind: 'contradictory', problems };
  const [limit, timeoutSeconds] = [
    parseInteger(query.get('limit')),
    parseInteger(query.get('timeoutSeconds')),
  ];
  if (typeof limit === 'string') return { kind: 'unreadable', message: limit };
  if (typeof timeoutSeconds === 'string') return { kind: 'unreadable', message: timeoutSeconds };
  const resourceVersion = query.get('resourceVersion') || undefined;
  if (resourceVersion !== undefined && !/^\d{1,39}$/.test(resourceVersion)) {
    const quoted = JSON.stringify(resourceVersion);
    return {
      kind: 'unreadable',
      message: `invalid resource version: resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: invalid syntax`,
    };
  }
  const continueToken = query.get('continue') || undefined;
  if (!watch && continueToken !== undefined && resourceVersion !== undefined && resourceVersion !== '0') {
    return {
      kind: 'unreadable',
      message: 'specifying resource version is not allowed when using continue',
    };
  }
  const initial = query.get('sendInitialEvents');
  return {
    kind: 'options',
    limit: limit === undefined || limit <= 0 ? undefined : limit,
    continueToken,
    resourceVersion,
    match: (query.get('resourceVersionMatch') ?? '') as ListOptions['match'],
    timeoutSeconds: timeoutSeconds === undefined || timeoutSeconds <= 0 ? undefined : timeoutSeconds,
    watch,
    allowBookmarks: isTrue(query.get('allowWatchBookmarks')),
    sendInitialEvents: initial === null ? undefined : isTrue(initial),
  };
}

/** As Go's conversion of query strings to booleans: everything but `0`, `false` and absence is true. */
function isTrue(value: string | null): boolean {
  return value !== null && value !== '' && value !== '0' && value.toLowerCase() !== 'false';
}

/** A refusal where it is no number. */
function parseInteger(text: string | null): number | undefined | string {
  if (text === null || text === '') return undefined;
  return /^[+-]?\d{1,15}$/.test(text)
    ? Number(text)
    : `strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`;
}

const match = 'resourceVersionMatch';

function listProblems(query: URLSearchParams): OptionProblem[] {
  const problems: OptionProblem[] = [];
  const wanted = query.get(match) ?? '';
  const version = query.get('resourceVersion') ?? '';
  if (wanted !== '') {
    if (version === '')
      problems.push(forbidden(match, `${match} is forbidden unless resourceVersion is provided`));
    if (query.get('continue')) {
      problems.push(forbidden(match, `${match} is forbidden when continue is provided`));
    }
    if (wanted !== 'Exact' && wanted !== 'NotOlderThan') {
      problems.push(unsupported(wanted, ['Exact', 'NotOlderThan', '']));
    }
    if (wanted === 'Exact' && version === '0') {
      problems.push(forbidden(match, `${match} "exact" is forbidden for resourceVersion "0"`));
    }
  }
  if (query.get('sendInitialEvents') !== null) {
    problems.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  return problems;
}

function watchProblems(query: URLSearchParams): OptionProblem[] {
  const problems: OptionProblem[] = [];
  const wanted = query.get(match) ?? '';
  const initial = query.get('sendInitialEvents') !== null;
  if (initial && wanted !== 'NotOlderThan') {
    problems.push(forbidden(match, `sendInitialEvents requires setting ${match} to NotOlderThan`));
  }
  if (wanted === '') return problems;
  if (!initial) {
    problems.push(forbidden(match, `${match} is forbidden for watch unless sendInitialEvents is provided`));
  }
  if (wanted !== 'NotOlderThan') problems.push(unsupported(wanted, ['NotOlderThan']));
  if (query.get('continue')) {
    problems.push(forbidden(match, `${match} is forbidden when continue is provided`));
  }
  return problems;
}

function forbidden(field: OptionProblem['field'], message: string): OptionProblem {
  return { reason: 'FieldValueForbidden', field, message: `Forbidden: ${message}` };
}

function unsupported(value: string, supported: readonly string[]): OptionProblem {
  const values = supported.map((text) => JSON.stringify(text)).join(', ');
  return {
    reason: 'FieldValueNotSupported',
    field: match,
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${values}`,
  };
}
