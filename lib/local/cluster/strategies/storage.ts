import { asFields, fill } from '../defaults/fill.ts';
import { claimSpecProblems } from '../validation/claim-spec.ts';
import type { Strategy } from './strategy.ts';

/** Keep claims and volumes while somebody uses them; a controller takes them off. */
export const protectionFinalizers = {
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
  persistentvolumes: 'kubernetes.io/pv-protection',
} as const;

function protectedBy(finalizer: string): NonNullable<Strategy['admit']> {
  return (_cluster, object, before) => {
    const { finalizers = [] } = object.metadata;
    if (before !== undefined || finalizers.includes(finalizer)) return object;
    return { ...object, metadata: { ...object.metadata, finalizers: [...finalizers, finalizer] } };
  };
}

export const claimStrategy: Strategy = {
  admit: protectedBy(protectionFinalizers.persistentvolumeclaims),
  defaults: (object) => ({
    ...object,
    spec: fill(asFields(object['spec']), { volumeMode: 'Filesystem' }),
  }),
  prepare: (object, before) => ({ ...object, status: before?.['status'] ?? { phase: 'Pending' } }),
  validate: (object) => claimSpecProblems(asFields(object['spec'])),
};

export const volumeStrategy: Strategy = {
  admit: protectedBy(protectionFinalizers.persistentvolumes),
  defaults: (object) => ({
    ...object,
    spec: fill(asFields(object['spec']), {
      persistentVolumeReclaimPolicy: 'Retain',
      volumeMode: 'Filesystem',
    }),
  }),
  prepare: (object, before) => ({ ...object, status: before?.['status'] ?? { phase: 'Pending' } }),
};

export const storageClassStrategy: Strategy = {
  defaults: (object) => fill(object, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
};
