import { expect, it } from 'vitest';
import { accessHooks } from './access-hooks.ts';
import { createMetrics } from './metrics.ts';

it('accessHooks() counts tokens, unanswered questions and comparisons, and logs who disagrees about what', async () => {
  const logged: unknown[] = [];
  const note = (fields: object): void => void logged.push(fields);
  const metrics = createMetrics('a-function');
  const hooks = accessHooks(metrics, { debug: () => {}, info: () => {}, warn: note, error: note });
  hooks.onUnknown('here', 'no answer');
  hooks.onIssuerAway('https://login.example.org', 'connection refused');
  hooks.onJudged({ source: 'oidc', result: 'refused' });
  hooks.onCompared('here', true);
  hooks.onCompared('here', true);
  hooks.onCompared('here', false);
  hooks.onDisagreement('here', { username: 'alice', reviewed: 'denied' });
  const text = await metrics.text();
  for (const line of [
    'kubemirror_tokens_judged_total{source="oidc",result="refused",function="a-function"} 1',
    'kubemirror_access_unanswered_total{cluster="here",function="a-function"} 1',
    'kubemirror_access_compared_total{cluster="here",result="agreed",function="a-function"} 2',
    'kubemirror_access_compared_total{cluster="here",result="disagreed",function="a-function"} 1',
  ]) {
    expect(text).toContain(line);
  }
  expect(logged).toEqual([
    { cluster: 'here', reason: 'no answer' },
    { issuer: 'https://login.example.org', reason: 'connection refused' },
    { cluster: 'here', username: 'alice', reviewed: 'denied' },
  ]);
});
