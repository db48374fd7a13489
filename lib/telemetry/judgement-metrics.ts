import type { TokenJudgement } from '../core/token-judgement.ts';
import type { Metrics } from './metrics.ts';

/** Counts what sources of identity make of tokens, with every request and while streams live. */
export function createJudgementMetrics(metrics: Metrics): (judgement: TokenJudgement) => void {
  const judged = metrics.counter(
    'kubemirror_tokens_judged_total',
    'Tokens by the source of identity that judged them, with every request and while streams live',
    ['source', 'result'],
  );
  return (judgement) => judged.inc(judgement);
}
