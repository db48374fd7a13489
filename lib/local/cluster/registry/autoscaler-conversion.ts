import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { Conversion } from './definition.ts';

type Fields = Readonly<Record<string, unknown>>;

/** autoscaling/v1 knows one CPU target; the stored v2 has a list of metrics. */
export const autoscalerConversion: Conversion = {
  toStored: (object) => {
    const { targetCPUUtilizationPercentage: target, ...spec } = (object['spec'] ?? {}) as Fields;
    const { currentCPUUtilizationPercentage: _current, ...status } = (object['status'] ?? {}) as Fields;
    const metrics = [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: target } },
      },
    ];
    return {
      ...object,
      apiVersion: 'autoscaling/v2',
      spec: { ...spec, ...(target === undefined ? {} : { metrics }) },
      status,
    };
  },
  fromStored: (object) => {
    const { metrics, behavior: _behavior, ...spec } = (object['spec'] ?? {}) as Fields;
    const { conditions: _conditions, currentMetrics, ...status } = (object['status'] ?? {}) as Fields;
    const target = utilization(metrics, 'target');
    const current = utilization(currentMetrics, 'current');
    return {
      ...object,
      apiVersion: 'autoscaling/v1',
      spec: { ...spec, ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }) },
      status: {
        currentReplicas: 0,
        desiredReplicas: 0,
        ...status,
        ...(current === undefined ? {} : { currentCPUUtilizationPercentage: current }),
      },
    } as KubernetesObject;
  },
};

function utilization(metrics: unknown, field: 'target' | 'current'): unknown {
  if (!Array.isArray(metrics)) return undefined;
  for (const metric of metrics as readonly { resource?: Record<string, unknown> }[]) {
    if (metric.resource?.['name'] !== 'cpu') continue;
    return (metric.resource[field] as { averageUtilization?: unknown } | undefined)?.averageUtilization;
  }
  return undefined;
}
