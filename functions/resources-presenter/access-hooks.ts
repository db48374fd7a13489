import type { AccessHooks } from '../../lib/access/create-access.ts';
import type { Log } from '../../lib/runtime/log.ts';
import type { Metrics } from '../../lib/telemetry/metrics.ts';

/** Counts and logs how rights are found. */
export function accessHooks(
  metrics: Metrics,
  log: Log,
): Pick<AccessHooks, 'onUnknown' | 'onCompared' | 'onDisagreement'> {
  const unanswered = metrics.counter(
    'kubemirror_access_unanswered_total',
    'Questions about rights that nobody answered',
    ['cluster'],
  );
  const compared = metrics.counter(
    'kubemirror_access_compared_total',
    'Evaluated decisions that were compared with the API server',
    ['cluster', 'result'],
  );
  return {
    onUnknown: (cluster, reason) => {
      unanswered.inc({ cluster });
      log.warn({ cluster, reason }, 'cannot find out rights');
    },
    onCompared: (cluster, agreed) => compared.inc({ cluster, result: agreed ? 'agreed' : 'disagreed' }),
    onDisagreement: (cluster, disagreement) =>
      log.error(
        { cluster, ...disagreement },
        'RBAC objects and API server disagree: rights are reviewed one by one for some minutes; set ACCESS_MODE=review where other authorizers decide',
      ),
  };
}
