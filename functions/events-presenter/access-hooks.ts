import type { AccessHooks } from '../../lib/access/create-access.ts';
import type { Log } from '../../lib/runtime/log.ts';
import { createAccessMetrics } from '../../lib/telemetry/access-metrics.ts';
import type { Metrics } from '../../lib/telemetry/metrics.ts';

/** Counts and logs how rights are found. */
export function accessHooks(
  metrics: Metrics,
  log: Log,
): Pick<AccessHooks, 'onUnknown' | 'onCompared' | 'onDisagreement'> {
  const { onUnknown, onCompared } = createAccessMetrics(metrics);
  return {
    onUnknown: (cluster, reason) => {
      onUnknown(cluster);
      log.warn({ cluster, reason }, 'cannot find out rights');
    },
    onCompared,
    onDisagreement: (cluster, disagreement) =>
      log.error(
        { cluster, ...disagreement },
        'RBAC objects and API server disagree: rights are reviewed one by one for some minutes; set ACCESS_MODE=review where other authorizers decide',
      ),
  };
}
