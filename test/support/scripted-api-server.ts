import type { KubernetesObject } from '../../lib/core/kubernetes-object.ts';
import type { KubernetesAnswer, KubernetesRequest } from '../../lib/core/kubernetes-request.ts';
import type { KubernetesStream, StreamedLine } from '../../lib/core/kubernetes-stream.ts';

/** One open watch, as the server's side sees it. */
export type ScriptedWatch = {
  readonly query: URLSearchParams;
  readonly path: string;
  readonly send: (type: string, object: object) => void;
  /** A plain end, as after timeoutSeconds. */
  readonly end: () => void;
  /** A break of the connection. */
  readonly fail: (error: Error) => void;
  readonly isOpen: () => boolean;
  /** Events that were sent and not yet taken. */
  readonly unread: () => number;
};

/**
 * One collection of ConfigMaps in memory, served through the function types that reflectors take. Answers that
 * a test queues come before the real ones, so that every signal of an API server can be scripted.
 */
export function createScriptedApiServer() {
  let version = 100;
  const objects = new Map<string, KubernetesObject>();
  const history: { readonly version: number; readonly type: string; readonly object: KubernetesObject }[] =
    [];
  const watches: ScriptedWatch[] = [];
  const requests: string[] = [];
  const nextLists: (() => KubernetesAnswer | undefined)[] = [];
  const nextWatches: (() => KubernetesAnswer | 'unreachable')[] = [];
  let compactedTo = 0;
  let withholdsInitialEnd = false;

  const record = (type: string, object: KubernetesObject) => {
    history.push({ version, type, object });
    for (const watch of watches) if (watch.isOpen()) watch.send(type, object);
  };
  const put = (name: string, data: object = {}, place: { namespace?: string; uid?: string } = {}) => {
    version += 1;
    const namespace = place.namespace ?? 'shop';
    const key = `${namespace}/${name}`;
    const previous = objects.get(key);
    const uid = place.uid ?? previous?.metadata.uid ?? `uid-${version}`;
    const object: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace, uid, resourceVersion: String(version) },
      data,
    };
    objects.set(key, object);
    record(previous === undefined ? 'ADDED' : 'MODIFIED', object);
    return object;
  };
  const remove = (name: string, namespace = 'shop') => {
    version += 1;
    const key = `${namespace}/${name}`;
    const last = objects.get(key);
    if (last === undefined) throw new Error(`Cannot remove ${key}: it does not exist`);
    objects.delete(key);
    const object = { ...last, metadata: { ...last.metadata, resourceVersion: String(version) } };
    record('DELETED', object);
    return object;
  };

  const list = (query: URLSearchParams): KubernetesAnswer => {
    const limit = Number(query.get('limit') ?? '0');
    const [listVersion, start] = (query.get('continue') ?? `${version}:0`).split(':').map(Number);
    if (listVersion === undefined || start === undefined) throw new Error('Cannot read the continue token');
    if (query.has('continue') && listVersion < compactedTo) return statusAnswer(410, 'Expired');
    // Etcd's order: by the bytes of namespace/name.
    const all = [...objects.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
    const end = limit === 0 ? all.length : Math.min(start + limit, all.length);
    const items = all.slice(start, end).map(({ apiVersion: _a, kind: _k, ...item }) => item);
    const more = end < all.length ? { continue: `${listVersion}:${end}` } : {};
    return {
      status: 200,
      headers: {},
      body: { kind: 'ConfigMapList', metadata: { resourceVersion: String(listVersion), ...more }, items },
      bodyBytes: 4_000 * items.length,
    };
  };

  const request: KubernetesRequest = async ({ path, signal }) => {
    signal?.throwIfAborted();
    requests.push(path);
    const scripted = nextLists.shift()?.();
    return scripted ?? list(new URLSearchParams(path.split('?')[1] ?? ''));
  };

  const sendInitialEvents = (watch: ScriptedWatch) => {
    for (const object of objects.values()) watch.send('ADDED', object);
    const annotations = { 'k8s.io/initial-events-end': 'true' };
    const mark = { kind: 'ConfigMap', metadata: { resourceVersion: String(version), annotations } };
    if (!withholdsInitialEnd) watch.send('BOOKMARK', mark);
  };

  const stream: KubernetesStream = async ({ path, signal }) => {
    signal.throwIfAborted();
    requests.push(path);
    const scripted = nextWatches.shift()?.();
    if (scripted === 'unreachable') throw new Error('connect ECONNREFUSED');
    if (scripted !== undefined) return { kind: 'refused', answer: scripted };
    const query = new URLSearchParams(path.split('?')[1] ?? '');
    const from = Number(query.get('resourceVersion'));
    const opened = openWatch(path, query, signal);
    watches.push(opened.watch);
    if (query.get('sendInitialEvents') === 'true') {
      sendInitialEvents(opened.watch);
    } else if (from < compactedTo) {
      opened.watch.send('ERROR', { kind: 'Status', code: 410, reason: 'Expired' });
      opened.watch.end();
    } else {
      for (const entry of history) if (entry.version > from) opened.watch.send(entry.type, entry.object);
    }
    return { kind: 'streaming', lines: opened.lines };
  };

  return {
    request,
    stream,
    put,
    remove,
    requests,
    watches,
    version: () => String(version),
    /** Versions up to now can no longer be watched from or continued. */
    compact: () => {
      compactedTo = version + 1;
      version += 1;
    },
    /** Initial events come without the mark of their end, as through some proxies. */
    withholdInitialEnd: (withheld = true) => {
      withholdsInitialEnd = withheld;
    },
    /** Sets the versions back, as an etcd restore does. */
    rollBack: (to: number) => {
      version = to;
      history.length = 0;
    },
    bookmark: () => {
      const object = { kind: 'ConfigMap', metadata: { resourceVersion: String(version) } };
      for (const watch of watches) if (watch.isOpen()) watch.send('BOOKMARK', object);
    },
    /** Moves the version on without touching this collection. */
    elsewhere: () => {
      version += 1;
    },
    answerNextList: (answer: KubernetesAnswer | (() => KubernetesAnswer | undefined)) => {
      nextLists.push(typeof answer === 'function' ? answer : () => answer);
    },
    answerNextWatch: (answer: KubernetesAnswer | 'unreachable') => {
      nextWatches.push(() => answer);
    },
    currentWatch: (): ScriptedWatch => {
      const last = watches.at(-1);
      if (last === undefined || !last.isOpen()) throw new Error('Cannot find an open watch: there is none');
      return last;
    },
    isWatched: () => watches.at(-1)?.isOpen() === true,
  };
}

/** A refusal as the API server words it. */
export function statusAnswer(
  status: number,
  reason: string,
  more: { readonly details?: object; readonly headers?: Record<string, string> } = {},
): KubernetesAnswer {
  return {
    status,
    headers: more.headers ?? {},
    body: { kind: 'Status', code: status, reason, message: reason, details: more.details },
  };
}

function openWatch(path: string, query: URLSearchParams, signal: AbortSignal) {
  const queue: StreamedLine[] = [];
  let ended: { readonly error?: Error } | undefined;
  let wake = () => {};
  const finish = (end: { readonly error?: Error }) => {
    ended ??= end;
    wake();
  };
  signal.addEventListener('abort', () => finish({ error: new Error('aborted') }), { once: true });
  const lines = (async function* (): AsyncGenerator<StreamedLine, void, void> {
    for (;;) {
      if (signal.aborted) throw new Error('aborted');
      const line = queue.shift();
      if (line !== undefined) yield line;
      else if (ended?.error !== undefined) throw ended.error;
      else if (ended !== undefined) return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  })();
  const watch: ScriptedWatch = {
    query,
    path,
    send: (type, object) => {
      queue.push({ value: { type, object }, bytes: JSON.stringify(object).length });
      wake();
    },
    end: () => finish({}),
    fail: (error) => finish({ error }),
    isOpen: () => ended === undefined,
    unread: () => queue.length,
  };
  return { watch, lines };
}
