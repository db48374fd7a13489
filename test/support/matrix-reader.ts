/** What a request was answered with. */
export type Answer = {
  readonly status: number;
  readonly uids: string[];
  readonly body: Record<string, unknown>;
};

/** What one request shows: uids of objects or events, sorted. */
export async function listed(url: string, token: string, init: RequestInit = {}): Promise<Answer> {
  const headers = {
    ...(init.headers as Record<string, string> | undefined),
    authorization: `Bearer ${token}`,
  };
  const answer = await fetch(url, { ...init, headers });
  const body = (await answer.json()) as Record<string, unknown>;
  const items = (body['items'] ?? body['resources'] ?? body['rows'] ?? []) as Record<string, unknown>[];
  const uids = items.map((item) => {
    const metadata = ((item['object'] as typeof item | undefined) ?? item)['metadata'] as
      | { uid?: string }
      | undefined;
    const global = item['global_uid'] as string | undefined;
    return metadata?.uid ?? global?.slice(global.lastIndexOf(':') + 1) ?? '';
  });
  return { status: answer.status, uids: uids.sort(), body };
}

/** All pages. */
export async function paged(url: string, token: string): Promise<Answer> {
  const first = await listed(url, token);
  const uids = [...first.uids];
  for (let cursor = first.body['cursor']; typeof cursor === 'string' && cursor !== ''; ) {
    const next = await listed(`${url}&cursor=${cursor}`, token);
    if (next.status !== 200)
      throw new Error(`Cannot read ${url}: the next page is ${next.status}, expected 200`);
    uids.push(...next.uids);
    cursor = next.body['cursor'];
  }
  return { ...first, uids: uids.sort() };
}

/** By the count and by the summary; nothing where these are refused. */
export async function countedBy(url: string, query: string, token: string): Promise<(number | undefined)[]> {
  const [count, summary] = await Promise.all(
    ['count?', 'summary?by=namespace&'].map((path) => listed(`${url}/${path}${query}`, token)),
  );
  const items = summary?.body['items'] as { count: number }[] | undefined;
  return [count?.body['count'] as number | undefined, items?.reduce((sum, item) => sum + item.count, 0)];
}

/** Uids of the state that a watch begins with; none where it is refused. */
export async function watchedBy(url: string, token: string): Promise<{ status: number; uids: string[] }> {
  const asked = 'watch=1&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan';
  const answer = await fetch(`${url}?${asked}`, { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok) {
    await answer.body?.cancel();
    return { status: answer.status, uids: [] };
  }
  const uids: string[] = [];
  let rest = '';
  // Leaving the loop cancels the body, and so the watch.
  for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) {
      const { type, object } = JSON.parse(text) as { type: string; object: { metadata: { uid: string } } };
      if (type === 'BOOKMARK') return { status: 200, uids: uids.sort() };
      uids.push(object.metadata.uid);
    }
  }
  throw new Error('Cannot read the watch: it has ended, expected a bookmark after the state');
}
