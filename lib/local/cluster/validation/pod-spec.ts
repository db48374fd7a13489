import { subdomainProblems } from '../../../core/name-syntax.ts';
import { asFields, asList, asText, asTexts, type Fields } from '../defaults/fill.ts';
import { containerProblems } from './container.ts';
import { type FieldProblem, forbidden, invalid, required } from './field-problem.ts';
import { validateLabels } from './object-meta.ts';
import { oneOf } from './one-of.ts';
import { initProbeProblems, probeProblems } from './probes.ts';
import { checkVolumes } from './volumes.ts';

const restartPolicies = ['Always', 'OnFailure', 'Never'];
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const maxSeconds = 2_147_483_647;

/**
 * The rules of a pod's spec that mistakes in manifests usually break.
 * @param claims names of volumes that a StatefulSet makes for its pods
 */
export function podSpecProblems(
  spec: Fields,
  path: string,
  claims: readonly string[] = [],
): readonly FieldProblem[] {
  const volumes = checkVolumes(spec['volumes'], `${path}.volumes`);
  const mountable = new Set([...volumes.names, ...claims]);
  const containers = asList(spec['containers']).map(asFields);
  const names = new Set<string>();
  const deadline = spec['activeDeadlineSeconds'];
  const account = asText(spec['serviceAccountName']);
  return [
    ...volumes.problems,
    ...(containers.length === 0 ? [required(`${path}.containers`)] : []),
    ...containers.flatMap((container, index) => {
      const at = `${path}.containers[${index}]`;
      return [
        ...containerProblems(container, at, { names, volumes: mountable }),
        ...probeProblems(container, at),
        ...(container['restartPolicy'] === undefined
          ? []
          : [forbidden(`${at}.restartPolicy`, 'may not be set for non-init containers')]),
      ];
    }),
    ...asList(spec['initContainers'])
      .map(asFields)
      .flatMap((container, index) => {
        const at = `${path}.initContainers[${index}]`;
        return [
          ...containerProblems(container, at, { names, volumes: mountable }),
          ...initProbeProblems(container, at),
        ];
      }),
    ...oneOf(spec, path, 'restartPolicy', restartPolicies),
    ...oneOf(spec, path, 'dnsPolicy', dnsPolicies),
    ...validateLabels(asTexts(spec['nodeSelector']), `${path}.nodeSelector`),
    ...(account === ''
      ? []
      : subdomainProblems(account).map((text) => invalid(`${path}.serviceAccountName`, account, text))),
    ...(typeof deadline === 'number' && (deadline < 1 || deadline > maxSeconds)
      ? [invalid(`${path}.activeDeadlineSeconds`, deadline, `must be between 1 and ${maxSeconds}, inclusive`)]
      : []),
  ];
}
