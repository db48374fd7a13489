import { asFields, fill } from '../defaults/fill.ts';
import type { Strategy } from './strategy.ts';

export const claimStrategy: Strategy = {
  defaults: (object) => ({
    ...object,
    spec: fill(asFields(object['spec']), { volumeMode: 'Filesystem' }),
  }),
  prepare: (object, before) => ({ ...object, status: before?.['status'] ?? { phase: 'Pending' } }),
};

export const volumeStrategy: Strategy = {
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
