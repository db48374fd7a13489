import { asFields, asList } from '../defaults/fill.ts';
import type { Strategy } from './strategy.ts';

const notReady = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

/** A new node takes no pods until somebody says that it is ready. */
export const nodeStrategy: Strategy = {
  admit: (_cluster, object, before) => {
    const spec = asFields(object['spec']);
    const taints = asList(spec['taints']).map(asFields);
    if (before !== undefined || taints.some(({ key }) => key === notReady.key)) return object;
    return { ...object, spec: { ...spec, taints: [...taints, notReady] } };
  },
};
