import type { KubernetesObject } from '../core/kubernetes-object.ts';
import type { KubernetesAnswer, KubernetesRequest } from '../core/kubernetes-request.ts';
import { apiVersionOf, type ResourceKind } from '../core/resource-kind.ts';
import { resourcePath } from '../core/resource-path.ts';
import { signalOfAnswer } from './api-signal.ts';
import { firstPageLimit, nextPageLimit } from './page-limit.ts';
import { type AttemptEnd, decideNext, noTrouble } from './watch-decision.ts';

export type ListPage = {
  readonly items: readonly KubernetesObject[];
  /** Version of the whole list; the same on all its pages. */
  readonly resourceVersion: string;
  /** As received; 0 where unknown. */
  readonly bytes: number;
};

export type ListOutcome =
  | { readonly kind: 'listed'; readonly resourceVersion: string }
  /** The continue token expired before the end: what was seen is no complete list. */
  | Exclude<AttemptEnd, { kind: 'ended' | 'stalled' }>;

export type ListOptions = {
  readonly request: KubernetesRequest;
  readonly kind: ResourceKind;
  /** `''` for all. */
  readonly namespace: string;
  /** `metadata` asks for identity and labels only; servers that cannot do that send whole objects. */
  readonly content: 'full' | 'metadata';
  /** Objects per page; `undefined` adapts to their size, 0 asks for all at once. */
  readonly pageLimit?: number | undefined;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Called once, before the first page: a rate limit per page would make long lists as slow as it is. */
  readonly beforeRequest?: (signal: AbortSignal) => Promise<void>;
};

/** One page may fail this often in a row; starting over would cost the server all pages again. */
const pageAttempts = 5;

/** Unpaged lists of large clusters take their time. */
const pageTimeoutMs = 120_000;

const acceptMetadata =
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json;q=0.9';

/**
 * Reads a consistent list page by page: resourceVersion unset, so never older than what the server held when
 * asked, and all pages at one version. The next page is asked for when `onPage` has returned.
 * Pages that fail are tried again a few times under their continue token.
 */
export async function listPages(
  options: ListOptions,
  onPage: (page: ListPage) => void | Promise<void>,
): Promise<ListOutcome> {
  let limit = options.pageLimit ?? firstPageLimit;
  let next = '';
  await options.beforeRequest?.(options.signal);
  for (;;) {
    const read = await readPage(options, limit, next);
    if (read.kind !== 'page') return read;
    const { page, continueToken } = read;
    await onPage(page);
    if (continueToken === '') return { kind: 'listed', resourceVersion: page.resourceVersion };
    next = continueToken;
    if (options.pageLimit === undefined) {
      limit = nextPageLimit(limit, { count: page.items.length, bytes: page.bytes });
    }
  }
}

type PageRead =
  | { readonly kind: 'page'; readonly page: ListPage; readonly continueToken: string }
  | Exclude<ListOutcome, { kind: 'listed' }>;

async function readPage(options: ListOptions, limit: number, continueToken: string): Promise<PageRead> {
  let trouble = noTrouble;
  for (let attempt = 1; ; attempt += 1) {
    const startedMs = options.nowMs();
    const read = await requestPage(options, limit, continueToken);
    const isPassing = read.kind === 'throttled' || read.kind === 'failed' || read.kind === 'lost';
    if (!isPassing || attempt === pageAttempts) return read;
    const nowMs = options.nowMs();
    const decision = decideNext(read, {
      attempt: 'list',
      livedMs: nowMs - startedMs,
      nowMs,
      trouble,
      random: options.random,
    });
    trouble = decision.trouble;
    await options.sleep(decision.waitMs, options.signal);
  }
}

async function requestPage(options: ListOptions, limit: number, continueToken: string): Promise<PageRead> {
  const { signal } = options;
  const query = new URLSearchParams();
  if (limit > 0) query.set('limit', String(limit));
  if (continueToken !== '') query.set('continue', continueToken);
  const path = resourcePath(options.kind, { namespace: options.namespace });
  let answer: KubernetesAnswer;
  try {
    answer = await options.request({
      method: 'GET',
      path: query.size === 0 ? path : `${path}?${query.toString()}`,
      headers: options.content === 'metadata' ? { accept: acceptMetadata } : {},
      signal,
      timeoutMs: pageTimeoutMs,
    });
  } catch (error) {
    signal.throwIfAborted();
    return { kind: 'lost', reason: error instanceof Error ? error.message : String(error) };
  }
  if (answer.status !== 200) return signalOfAnswer(answer);
  return readList(answer, options);
}

function readList(answer: KubernetesAnswer, options: ListOptions): PageRead {
  const list = answer.body as {
    metadata?: { resourceVersion?: unknown; continue?: unknown };
    items?: unknown;
  } | null;
  const resourceVersion = list?.metadata?.resourceVersion;
  const items = list?.items ?? [];
  if (typeof resourceVersion !== 'string' || !Array.isArray(items)) {
    return { kind: 'unreadable', reason: 'the answer is no list' };
  }
  const continueToken = list?.metadata?.continue;
  return {
    kind: 'page',
    page: {
      items:
        options.content === 'full'
          ? items.filter(hasMetadata).map((item) => stamped(item, options.kind))
          : items.filter(hasMetadata),
      resourceVersion,
      bytes: answer.bodyBytes ?? 0,
    },
    continueToken: typeof continueToken === 'string' ? continueToken : '',
  };
}

function hasMetadata(item: unknown): item is KubernetesObject {
  return typeof (item as { metadata?: unknown } | null)?.metadata === 'object';
}

/** Items of a built-in list carry neither apiVersion nor kind; those of a watch do. */
function stamped(item: KubernetesObject, kind: ResourceKind): KubernetesObject {
  if (item.apiVersion !== undefined && item.kind !== undefined) return item;
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, ...item };
}
