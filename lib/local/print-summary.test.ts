import { describe, expect, it } from 'vitest';
import { type Summary, summaryJson, summaryText } from './print-summary.ts';

const summary: Summary = {
  urls: { 'resources-presenter': 'http://127.0.0.1:1', 'events-presenter': 'http://127.0.0.1:2' },
  kubeconfig: '/data/kubeconfig',
  mirrorKubeconfig: '/data/mirror-kubeconfig',
  mirrorUrl: 'https://127.0.0.1:1',
  tokens: { alice: 'a-token', bob: 'b-token' },
  database: 'postgres://u:p@127.0.0.1:3/kubemirror',
  cluster: 'the development cluster',
  dataDir: '/data',
  development: true,
  startedInMs: 12_345,
  readyAt: '2026-11-20T10:00:00.000Z',
};

describe('summaryJson()', () => {
  it('is one line with urls, kubeconfigs, tokens and database', () => {
    const text = summaryJson(summary);
    expect(text.endsWith('\n') && text.indexOf('\n') === text.length - 1).toBe(true);
    const { urls, kubeconfig, mirrorKubeconfig, mirrorUrl, tokens, database } = summary;
    expect(JSON.parse(text)).toEqual({ urls, kubeconfig, mirrorKubeconfig, mirrorUrl, tokens, database });
  });
});

describe('summaryText()', () => {
  it('names every url and user, and commands for list, stream and change', () => {
    const text = summaryText(summary);
    for (const part of [
      ...Object.values(summary.urls),
      'alice',
      'bob',
      '/resources?',
      '/notifications',
      'kubectl --kubeconfig /data/kubeconfig',
      'kubectl --kubeconfig /data/mirror-kubeconfig --context alice get',
      '--server https://127.0.0.1:1/deleted get',
      '--server https://127.0.0.1:1/at/2026-11-20T10:00:00.000Z get',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('does not tell how to change somebody’s own cluster', () => {
    expect(summaryText({ ...summary, development: false })).not.toContain(
      'kubectl --kubeconfig /data/kubeconfig',
    );
  });
});
