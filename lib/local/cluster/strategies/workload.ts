import { asFields, type Fields } from '../defaults/fill.ts';
import { workloadDefaults } from '../defaults/workloads.ts';
import { workloadProblems } from '../validation/workload-spec.ts';
import type { Strategy } from './strategy.ts';

/** Deployments, ReplicaSets, StatefulSets, DaemonSets and ReplicationControllers. */
export function workloadStrategy(storage: string): Strategy {
  const defaults = workloadDefaults[storage] ?? ((spec: Fields) => spec);
  const problems = workloadProblems[storage] ?? (() => []);
  return {
    defaults: (object) => ({ ...object, spec: defaults(asFields(object['spec'])) }),
    validate: (object, before) =>
      problems(asFields(object['spec']), before === undefined ? undefined : asFields(before['spec'])),
  };
}
