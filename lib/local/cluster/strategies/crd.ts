import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import { validateCrd } from '../custom/validate-crd.ts';
import { asFields } from '../defaults/fill.ts';
import {
  type CustomNames,
  type CustomResourceDefinition,
  cleanupFinalizer,
} from '../registry/custom-definitions.ts';
import { fieldsOfDefinition } from '../registry/field-values.ts';
import { parseStored } from '../store/stored-object.ts';
import { type FieldProblem, invalid } from '../validation/field-problem.ts';
import { timestamp } from '../writes/timestamp.ts';
import type { Strategy } from './strategy.ts';

type Spec = CustomResourceDefinition['spec'];

/** CustomResourceDefinitions: defaults of names and conversion, and a deletion that waits for the instances. */
export const crdStrategy: Strategy = {
  defaults: (object) => {
    const spec = object['spec'] as Spec | undefined;
    if (spec?.names === undefined) return object;
    return {
      ...object,
      spec: { conversion: { strategy: 'None' }, ...spec, names: completeNames(spec.names) },
    };
  },
  prepare: (object, before) => ({
    ...object,
    status: nextStatus(object, before),
  }),
  validate: (object, before) => [
    ...validateCrd(object as Parameters<typeof validateCrd>[0]),
    ...changeProblems(object, before),
  ],
  remove: (cluster, definition, stored, options) => {
    const live = parseStored(stored) as KubernetesObject;
    if (live.metadata.deletionTimestamp !== undefined) {
      return { kind: 'stored', code: 200, definition, stored };
    }
    const finalizers = [...(live.metadata.finalizers ?? [])];
    if (!finalizers.includes(cleanupFinalizer)) finalizers.push(cleanupFinalizer);
    const at = timestamp(cluster.now());
    const status = live['status'] as { conditions?: readonly object[] | null };
    const marked: KubernetesObject = {
      ...live,
      metadata: { ...live.metadata, deletionTimestamp: at, finalizers },
      status: {
        ...status,
        conditions: [
          ...(status.conditions ?? []),
          {
            type: 'Terminating',
            status: 'True',
            lastTransitionTime: at,
            reason: 'InstanceDeletionPending',
            message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
          },
        ],
      },
    };
    if (options.dryRun) return { kind: 'object', code: 200, object: marked, definition };
    const after = cluster.store.put(definition.storage, marked, fieldsOfDefinition(definition));
    return { kind: 'stored', code: 200, definition, stored: after };
  },
};

/** The storage of instances depends on these. */
function changeProblems(
  object: KubernetesObject,
  before: KubernetesObject | undefined,
): readonly FieldProblem[] {
  if (before === undefined) return [];
  const [spec, live] = [object, before].map((one) => asFields(one['spec']));
  const [names, liveNames] = [spec, live].map((one) => asFields(one?.['names']));
  const pairs: readonly [path: string, value: unknown, was: unknown][] = [
    ['spec.scope', spec?.['scope'], live?.['scope']],
    ['spec.names.kind', names?.['kind'], liveNames?.['kind']],
    ['spec.group', spec?.['group'], live?.['group']],
    ['spec.names.plural', names?.['plural'], liveNames?.['plural']],
  ];
  return pairs
    .filter(([, value, was]) => value !== was)
    .map(([path, value]) => invalid(path, value, 'field is immutable'));
}

function completeNames(names: CustomNames): CustomNames {
  return {
    ...names,
    singular: names.singular || names.kind.toLowerCase(),
    listKind: names.listKind || `${names.kind}List`,
  };
}

/** Versions that were ever stored stay listed. */
function nextStatus(object: KubernetesObject, before: KubernetesObject | undefined): object {
  const status = before?.['status'] as { storedVersions?: readonly string[] } | undefined;
  const versions = (object['spec'] as Spec | undefined)?.versions ?? [];
  const storage = versions.find((version) => version.storage)?.name;
  const known = status?.storedVersions ?? [];
  const storedVersions = storage === undefined || known.includes(storage) ? known : [...known, storage];
  return {
    ...(status ?? { conditions: null, acceptedNames: { plural: '', kind: '' } }),
    storedVersions,
  };
}
