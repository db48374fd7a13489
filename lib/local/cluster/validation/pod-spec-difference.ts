import { asFields, asList, type Fields } from '../defaults/fill.ts';
import { lineDifference } from './line-difference.ts';

/**
 * The difference of two pod specs as the server prints it: of its internal type, whose fields are all there,
 * named and ordered otherwise than in the API.
 */
export function podSpecDifference(before: Fields, after: Fields): string {
  const lines = (spec: Fields) => JSON.stringify(internal(spec, podFields), null, 1).split('\n');
  return lineDifference(lines(before), lines(after));
}

/** Internal name, name in the API, value when absent; nested ones by what they contain. */
type InternalField = readonly [
  name: string,
  apiName: string,
  absent: unknown,
  nested?: readonly InternalField[],
];

const containerFields: readonly InternalField[] = [
  ['Name', 'name', ''],
  ['Image', 'image', ''],
  ['Command', 'command', null],
  ['Args', 'args', null],
  ['WorkingDir', 'workingDir', ''],
  ['Ports', 'ports', null],
  ['EnvFrom', 'envFrom', null],
  ['Env', 'env', null],
  [
    'Resources',
    'resources',
    {},
    [
      ['Limits', 'limits', null],
      ['Requests', 'requests', null],
      ['Claims', 'claims', null],
    ],
  ],
  ['ResizePolicy', 'resizePolicy', null],
  ['RestartPolicy', 'restartPolicy', null],
  ['RestartPolicyRules', 'restartPolicyRules', null],
  ['VolumeMounts', 'volumeMounts', null],
  ['VolumeDevices', 'volumeDevices', null],
  ['LivenessProbe', 'livenessProbe', null],
  ['ReadinessProbe', 'readinessProbe', null],
  ['StartupProbe', 'startupProbe', null],
  ['Lifecycle', 'lifecycle', null],
  ['TerminationMessagePath', 'terminationMessagePath', ''],
  ['TerminationMessagePolicy', 'terminationMessagePolicy', ''],
  ['ImagePullPolicy', 'imagePullPolicy', ''],
  ['SecurityContext', 'securityContext', null],
  ['Stdin', 'stdin', false],
  ['StdinOnce', 'stdinOnce', false],
  ['TTY', 'tty', false],
];

const securityFields: readonly InternalField[] = [
  ['HostNetwork', 'hostNetwork', false],
  ['HostPID', 'hostPID', false],
  ['HostIPC', 'hostIPC', false],
  ['ShareProcessNamespace', 'shareProcessNamespace', null],
  ['HostUsers', 'hostUsers', null],
  ['SELinuxOptions', 'seLinuxOptions', null],
  ['WindowsOptions', 'windowsOptions', null],
  ['RunAsUser', 'runAsUser', null],
  ['RunAsGroup', 'runAsGroup', null],
  ['RunAsNonRoot', 'runAsNonRoot', null],
  ['SupplementalGroups', 'supplementalGroups', null],
  ['SupplementalGroupsPolicy', 'supplementalGroupsPolicy', null],
  ['FSGroup', 'fsGroup', null],
  ['FSGroupChangePolicy', 'fsGroupChangePolicy', null],
  ['Sysctls', 'sysctls', null],
  ['SeccompProfile', 'seccompProfile', null],
  ['AppArmorProfile', 'appArmorProfile', null],
  ['SELinuxChangePolicy', 'seLinuxChangePolicy', null],
];

const podFields: readonly InternalField[] = [
  ['Volumes', 'volumes', null],
  ['InitContainers', 'initContainers', null, containerFields],
  ['Containers', 'containers', null, containerFields],
  ['EphemeralContainers', 'ephemeralContainers', null],
  ['RestartPolicy', 'restartPolicy', ''],
  ['TerminationGracePeriodSeconds', 'terminationGracePeriodSeconds', null],
  ['ActiveDeadlineSeconds', 'activeDeadlineSeconds', null],
  ['DNSPolicy', 'dnsPolicy', ''],
  ['NodeSelector', 'nodeSelector', null],
  ['ServiceAccountName', 'serviceAccountName', ''],
  ['AutomountServiceAccountToken', 'automountServiceAccountToken', null],
  ['NodeName', 'nodeName', ''],
  ['SecurityContext', 'securityContext', {}, securityFields],
  ['ImagePullSecrets', 'imagePullSecrets', null],
  ['Hostname', 'hostname', ''],
  ['Subdomain', 'subdomain', ''],
  ['SetHostnameAsFQDN', 'setHostnameAsFQDN', null],
  ['Affinity', 'affinity', null],
  ['SchedulerName', 'schedulerName', ''],
  ['Tolerations', 'tolerations', null],
  ['HostAliases', 'hostAliases', null],
  ['PriorityClassName', 'priorityClassName', ''],
  ['Priority', 'priority', null],
  ['PreemptionPolicy', 'preemptionPolicy', null],
  ['DNSConfig', 'dnsConfig', null],
  ['ReadinessGates', 'readinessGates', null],
  ['RuntimeClassName', 'runtimeClassName', null],
  ['Overhead', 'overhead', null],
  ['EnableServiceLinks', 'enableServiceLinks', null],
  ['TopologySpreadConstraints', 'topologySpreadConstraints', null],
  ['OS', 'os', null],
  ['SchedulingGates', 'schedulingGates', null],
  ['ResourceClaims', 'resourceClaims', null],
  ['Resources', 'resources', null],
  ['HostnameOverride', 'hostnameOverride', null],
];

function internal(object: Fields, fields: readonly InternalField[]): Fields {
  return Object.fromEntries(
    fields.map(([name, apiName, absent, nested]) => {
      const value = object[apiName] ?? absent;
      if (nested === undefined) return [name, titled(value)];
      if (Array.isArray(value)) return [name, asList(value).map((item) => internal(asFields(item), nested))];
      return [name, value === null ? null : internal(withPodLevel(object, apiName, asFields(value)), nested)];
    }),
  );
}

/** Internally, sharing the host's namespaces is part of the security context. */
function withPodLevel(object: Fields, apiName: string, value: Fields): Fields {
  if (apiName !== 'securityContext') return value;
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers } = object;
  return { ...value, hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers };
}

/** Fields of types that are not spelled out above: the API's names with a capital. */
function titled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(titled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
      titled(member),
    ]),
  );
}
