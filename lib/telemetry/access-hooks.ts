import type { Log } from '../runtime/log.ts';
import { createAccessMetrics } from './access-metrics.ts';
import type { Metrics } from './metrics.ts';

/** Counts and logs how rights are found; hooks of the access control. */
export function accessHooks(
  metrics: Metrics,
  log: Log,
): {
  readonly onUnknown: (cluster: string, reason: string) => void;
  readonly onCompared: (cluster: string, agreed: boolean) => void;
  readonly onDisagreement: (cluster: string, disagreement: object) => void;
} {
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
