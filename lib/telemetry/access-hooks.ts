import type { TokenJudgement } from '../core/token-judgement.ts';
import type { Log } from '../runtime/log.ts';
import { createAccessMetrics } from './access-metrics.ts';
import { createJudgementMetrics } from './judgement-metrics.ts';
import type { Metrics } from './metrics.ts';

/** Counts and logs how callers and their rights are found; hooks of the access control. */
export function accessHooks(
  metrics: Metrics,
  log: Log,
): {
  readonly onUnknown: (cluster: string, reason: string) => void;
  readonly onIssuerAway: (issuer: string, reason: string) => void;
  readonly onJudged: (judgement: TokenJudgement) => void;
  readonly onCompared: (cluster: string, agreed: boolean) => void;
  readonly onDisagreement: (cluster: string, disagreement: object) => void;
} {
  const { onUnknown, onCompared } = createAccessMetrics(metrics);
  return {
    onUnknown: (cluster, reason) => {
      onUnknown(cluster);
      log.warn({ cluster, reason }, 'cannot find out rights');
    },
    onIssuerAway: (issuer, reason) =>
      log.warn({ issuer, reason }, 'cannot read the keys of the token issuer; known ones are used for a day'),
    onJudged: createJudgementMetrics(metrics),
    onCompared,
    onDisagreement: (cluster, disagreement) =>
      log.error(
        { cluster, ...disagreement },
        'RBAC objects and API server disagree: rights are reviewed one by one for some minutes; set ACCESS_MODE=review where other authorizers decide',
      ),
  };
}
