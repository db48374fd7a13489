import { isTrue } from '../http/request-info.ts';
import { badRequest, invalid, plainError } from '../http/status-error.ts';
import type { FieldProblem } from '../validation/field-problem.ts';

/** Query parameters of lists and watches, checked against each other. */
export type ListOptions = {
  readonly labelSelector: string;
  readonly fieldSelector: string;
  readonly limit: number;
  readonly continueToken: string;
  /** `undefined` where none was given. */
  readonly resourceVersion: number | undefined;
  readonly match: '' | 'Exact' | 'NotOlderThan';
  readonly timeoutSeconds: number | undefined;
  readonly allowWatchBookmarks: boolean;
  readonly sendInitialEvents: boolean | undefined;
};

/**
 * Reads and checks the options as the server does.
 * @throws StatusError 422 for options that exclude each other, 400 (lists) or 500 (watches) for a
 * resourceVersion that is no number
 */
export function parseListOptions(query: URLSearchParams, watch: boolean): ListOptions {
  const problems = watch ? watchProblems(query) : listProblems(query);
  if (problems.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', problems);
  const initial = query.get('sendInitialEvents');
  return {
    labelSelector: query.get('labelSelector') ?? '',
    fieldSelector: query.get('fieldSelector') ?? '',
    limit: Math.max(0, parseInteger(query, 'limit') ?? 0),
    continueToken: query.get('continue') ?? '',
    resourceVersion: parseRevision(query.get('resourceVersion') ?? '', watch),
    match: (query.get('resourceVersionMatch') ?? '') as ListOptions['match'],
    timeoutSeconds: parseInteger(query, 'timeoutSeconds'),
    allowWatchBookmarks: isTrue(query.get('allowWatchBookmarks')),
    sendInitialEvents: initial === null ? undefined : isTrue(initial),
  };
}

/** A resourceVersion parameter as a number; `undefined` for an empty one. */
export function parseRevision(text: string, watch: boolean): number | undefined {
  if (text === '') return undefined;
  if (/^\d+$/.test(text) && BigInt(text) < 2n ** 64n) return Number(text);
  const why = /^\d+$/.test(text) ? 'value out of range' : 'invalid syntax';
  const message = `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: ${why}`;
  throw watch ? plainError(message) : badRequest(`invalid resource version: ${message}`);
}

function parseInteger(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^[+-]?\d+$/.test(text)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  return Number(text);
}

function problem(type: FieldProblem['type'], field: string, message: string): FieldProblem {
  const prefix = type === 'FieldValueForbidden' ? 'Forbidden: ' : '';
  return { type, field, message: `${prefix}${message}` };
}

const match = 'resourceVersionMatch';

function listProblems(query: URLSearchParams): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const forbid = (field: string, message: string) =>
    problems.push(problem('FieldValueForbidden', field, message));
  const matchText = query.get(match) ?? '';
  const version = query.get('resourceVersion') ?? '';
  if (matchText !== '') {
    if (version === '') forbid(match, `${match} is forbidden unless resourceVersion is provided`);
    if ((query.get('continue') ?? '') !== '') {
      forbid(match, `${match} is forbidden when continue is provided`);
    }
    if (matchText !== 'Exact' && matchText !== 'NotOlderThan') {
      problems.push(unsupported(matchText, ['Exact', 'NotOlderThan', '']));
    }
    if (matchText === 'Exact' && version === '0') {
      forbid(match, `${match} "exact" is forbidden for resourceVersion "0"`);
    }
  }
  if (query.get('sendInitialEvents') !== null) {
    forbid('sendInitialEvents', 'sendInitialEvents is forbidden for list');
  }
  return problems;
}

function watchProblems(query: URLSearchParams): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const forbid = (message: string) => problems.push(problem('FieldValueForbidden', match, message));
  const matchText = query.get(match) ?? '';
  const initial = query.get('sendInitialEvents') !== null;
  if (initial && matchText !== 'NotOlderThan') {
    forbid(`sendInitialEvents requires setting ${match} to NotOlderThan`);
  }
  if (matchText !== '') {
    if (!initial) forbid(`${match} is forbidden for watch unless sendInitialEvents is provided`);
    if (matchText !== 'NotOlderThan') problems.push(unsupported(matchText, ['NotOlderThan']));
    if ((query.get('continue') ?? '') !== '') forbid(`${match} is forbidden when continue is provided`);
  }
  return problems;
}

function unsupported(value: string, supported: readonly string[]): FieldProblem {
  const values = supported.map((text) => JSON.stringify(text)).join(', ');
  return problem(
    'FieldValueNotSupported',
    match,
    `Unsupported value: ${JSON.stringify(value)}: supported values: ${values}`,
  );
}
