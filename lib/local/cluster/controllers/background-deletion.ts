import type { DeleteOptions } from '../writes/delete-options.ts';

/** How controllers delete: whatever holds the object still holds it. */
export const backgroundDeletion: DeleteOptions = {
  dryRun: false,
  gracePeriodSeconds: undefined,
  propagationPolicy: 'Background',
  orphanDependents: undefined,
  preconditions: undefined,
};
