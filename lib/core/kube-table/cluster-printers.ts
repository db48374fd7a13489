import { accessModesCell, firstOf, labelsCell, loadBalancerCell, selectorCell } from './format-cells.ts';
import { humanDuration } from './human-duration.ts';
import { age, namedPrinter as printer } from './named-printer.ts';
import { readField, readMap, readNumber, readObjects, readText, readTexts } from './read-fields.ts';
import type { TableCell, TablePrinter } from './table-printer.ts';

type Printable = Parameters<TablePrinter['print']>[0];

function count(value: unknown): number {
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
}

function bindingCells(object: Printable, now: Date): TableCell[] {
  const subjects = readObjects(object, 'subjects');
  const named = (kind: string, format: (subject: unknown) => string) =>
    subjects
      .filter((subject) => subject['kind'] === kind)
      .map(format)
      .join(', ');
  const name = (subject: unknown) => readText(subject, 'name');
  return [
    `${readText(object, 'roleRef.kind')}/${readText(object, 'roleRef.name')}`,
    age(object, now),
    named('User', name),
    named('Group', name),
    named('ServiceAccount', (subject) => `${readText(subject, 'namespace')}/${name(subject)}`),
  ];
}

const bindings = printer('Name|Role|Age|Users*|Groups*|ServiceAccounts*', bindingCells);
/** Printers of all other kinds with columns of their own, by `group/resource`. */
export const clusterPrinters: Readonly<Record<string, TablePrinter>> = {
  '/configmaps': printer('Name|Data|Age', (object, now) => [
    count(object['data']) + count(object['binaryData']),
    age(object, now),
  ]),
  '/secrets': printer('Name|Type|Data|Age', (object, now) => [
    readText(object, 'type'),
    count(object['data']),
    age(object, now),
  ]),
  '/namespaces': printer('Name|Status|Age', (object, now) => [
    readText(object, 'status.phase'),
    age(object, now),
  ]),
  '/serviceaccounts': printer('Name|Age', (object, now) => [age(object, now)]),
  '/services': printer('Name|Type|Cluster-IP|External-IP|Port(s)|Age|Selector*', (object, now) => [
    readText(object, 'spec.type'),
    clusterIp(object),
    externalIp(object),
    servicePorts(object),
    age(object, now),
    labelsCell(readMap(object, 'spec.selector')),
  ]),
  '/endpoints': printer('Name|Endpoints|Age', (object, now) => [endpointsCell(object), age(object, now)]),
  '/nodes': printer(
    'Name|Status|Roles|Age|Version|Internal-IP*|External-IP*|OS-Image*|Kernel-Version*|Container-Runtime*',
    (object, now) => [
      nodeStatus(object),
      nodeRoles(object.metadata.labels ?? {}),
      age(object, now),
      readText(object, 'status.nodeInfo.kubeletVersion'),
      nodeAddress(object, 'InternalIP'),
      nodeAddress(object, 'ExternalIP'),
      readText(object, 'status.nodeInfo.osImage') || '<unknown>',
      kernelVersion(object),
      readText(object, 'status.nodeInfo.containerRuntimeVersion') || '<unknown>',
    ],
  ),
  '/persistentvolumeclaims': printer(
    'Name|Status|Volume|Capacity|Access Modes|StorageClass|VolumeAttributesClass|Age|VolumeMode*',
    (object, now) => {
      const volume = readText(object, 'spec.volumeName');
      return [
        phaseCell(object),
        volume,
        volume === '' ? '' : readText(object, 'status.capacity.storage') || '0',
        volume === '' ? '' : accessModesCell(readTexts(object, 'status.accessModes')),
        readText(object, 'spec.storageClassName'),
        readText(object, 'spec.volumeAttributesClassName') || '<unset>',
        age(object, now),
        readText(object, 'spec.volumeMode') || '<unset>',
      ];
    },
  ),
  '/persistentvolumes': printer(
    'Name|Capacity|Access Modes|Reclaim Policy|Status|Claim|StorageClass|VolumeAttributesClass|Reason|Age|VolumeMode*',
    (object, now) => [
      readText(object, 'spec.capacity.storage') || '0',
      accessModesCell(readTexts(object, 'spec.accessModes')),
      readText(object, 'spec.persistentVolumeReclaimPolicy'),
      phaseCell(object),
      readField(object, 'spec.claimRef')
        ? `${readText(object, 'spec.claimRef.namespace')}/${readText(object, 'spec.claimRef.name')}`
        : '',
      readText(object, 'spec.storageClassName'),
      readText(object, 'spec.volumeAttributesClassName') || '<unset>',
      readText(object, 'status.reason'),
      age(object, now),
      readText(object, 'spec.volumeMode') || '<unset>',
    ],
  ),
  '/resourcequotas': printer('Name|Request|Limit|Age', (object, now) => [
    quotaCell(object, false),
    quotaCell(object, true),
    age(object, now),
  ]),
  'networking.k8s.io/ingresses': printer('Name|Class|Hosts|Address|Ports|Age', (object, now) => [
    readText(object, 'spec.ingressClassName') || '<none>',
    hostsCell(object),
    loadBalancerCell(object),
    readObjects(object, 'spec.tls').length > 0 ? '80, 443' : '80',
    age(object, now),
  ]),
  'networking.k8s.io/ingressclasses': printer('Name|Controller|Parameters|Age', (object, now) => [
    readText(object, 'spec.controller'),
    parametersCell(object),
    age(object, now),
  ]),
  'networking.k8s.io/networkpolicies': printer('Name|Pod-Selector|Age', (object, now) => [
    selectorCell(object, 'spec.podSelector'),
    age(object, now),
  ]),
  'networking.k8s.io/servicecidrs': printer('Name|CIDRs|Age', (object, now) => [
    readTexts(object, 'spec.cidrs').join(','),
    age(object, now),
  ]),
  'networking.k8s.io/ipaddresses': printer('Name|ParentRef', (object) => [parentCell(object)]),
  'discovery.k8s.io/endpointslices': printer('Name|AddressType|Ports|Endpoints|Age', (object, now) => [
    readText(object, 'addressType'),
    firstOf(readObjects(object, 'ports').map(slicePort), { max: 3, separator: ',', none: '<unset>' }),
    firstOf(
      readObjects(object, 'endpoints').flatMap((endpoint) => readTexts(endpoint, 'addresses')),
      { max: 3, separator: ',', none: '<unset>' },
    ),
    age(object, now),
  ]),
  'rbac.authorization.k8s.io/rolebindings': bindings,
  'rbac.authorization.k8s.io/clusterrolebindings': bindings,
  'coordination.k8s.io/leases': printer('Name|Holder|Age', (object, now) => [
    readText(object, 'spec.holderIdentity'),
    age(object, now),
  ]),
  'scheduling.k8s.io/priorityclasses': printer(
    'Name|Value:integer|Global-Default:boolean|Age|PreemptionPolicy',
    (object, now) => [
      readNumber(object, 'value'),
      object['globalDefault'] === true,
      age(object, now),
      readText(object, 'preemptionPolicy'),
    ],
  ),
  'node.k8s.io/runtimeclasses': printer('Name|Handler|Age', (object, now) => [
    readText(object, 'handler'),
    age(object, now),
  ]),
  'certificates.k8s.io/certificatesigningrequests': printer(
    'Name|Age|SignerName|Requestor|RequestedDuration|Condition',
    (object, now) => [
      age(object, now),
      readText(object, 'spec.signerName') || '<none>',
      readText(object, 'spec.username'),
      requestedDuration(readField(object, 'spec.expirationSeconds')),
      requestCondition(object),
    ],
  ),
  'apiregistration.k8s.io/apiservices': printer('Name|Service|Available|Age', (object, now) => [
    readField(object, 'spec.service')
      ? `${readText(object, 'spec.service.namespace')}/${readText(object, 'spec.service.name')}`
      : 'Local',
    availability(object),
    age(object, now),
  ]),
};

function phaseCell(object: Printable): string {
  return object.metadata.deletionTimestamp === undefined ? readText(object, 'status.phase') : 'Terminating';
}

function clusterIp(object: Printable): string {
  return readTexts(object, 'spec.clusterIPs')[0] ?? (readText(object, 'spec.clusterIP') || '<none>');
}

function externalIp(object: Printable): string {
  const given = readTexts(object, 'spec.externalIPs');
  switch (readText(object, 'spec.type')) {
    case 'ClusterIP':
    case 'NodePort':
      return given.join(',') || '<none>';
    case 'LoadBalancer': {
      const balanced = loadBalancerCell(object);
      return [...(balanced === '' ? [] : [balanced]), ...given].join(',') || '<pending>';
    }
    case 'ExternalName':
      return readText(object, 'spec.externalName');
    default:
      return '<unknown>';
  }
}

function servicePorts(object: Printable): string {
  const ports = readObjects(object, 'spec.ports').map((port) => {
    const nodePort = readNumber(port, 'nodePort');
    const number = `${readNumber(port, 'port')}${nodePort > 0 ? `:${nodePort}` : ''}`;
    return `${number}/${readText(port, 'protocol')}`;
  });
  return ports.join(',') || '<none>';
}

function endpointsCell(object: Printable): string {
  const addresses = readObjects(object, 'subsets').flatMap((subset) => {
    const ips = readObjects(subset, 'addresses').map((address) => readText(address, 'ip'));
    const ports = readObjects(subset, 'ports');
    if (ports.length === 0) return ips;
    return ports.flatMap((port) => ips.map((ip) => hostPort(ip, readNumber(port, 'port'))));
  });
  return firstOf(addresses, { max: 3, separator: ',', none: '<none>' });
}

function hostPort(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

function slicePort(port: unknown): string {
  const number = readField(port, 'port');
  return typeof number === 'number' ? `${number}` : readText(port, 'name') || '*';
}

function nodeStatus(object: Printable): string {
  const ready = readObjects(object, 'status.conditions').find((one) => one['type'] === 'Ready');
  const status = ready === undefined ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady';
  return readField(object, 'spec.unschedulable') === true ? `${status},SchedulingDisabled` : status;
}

function nodeRoles(labels: Readonly<Record<string, string>>): string {
  const prefix = 'node-role.kubernetes.io/';
  const roles = Object.entries(labels).flatMap(([key, value]) => {
    if (key.startsWith(prefix)) return [key.slice(prefix.length)];
    return key === 'kubernetes.io/role' ? [value] : [];
  });
  const known = [...new Set(roles.filter((role) => role !== ''))];
  return known.sort().join(',') || '<none>';
}

function nodeAddress(object: Printable, type: string): string {
  const address = readObjects(object, 'status.addresses').find((one) => one['type'] === type);
  return readText(address, 'address') || '<none>';
}

function kernelVersion(object: Printable): string {
  const architecture = readText(object, 'status.nodeInfo.architecture');
  const version = readText(object, 'status.nodeInfo.kernelVersion') || '<unknown>';
  return architecture === '' ? version : `${version} (${architecture})`;
}

function quotaCell(object: Printable, isLimit: boolean): string {
  const used = readMap(object, 'status.used');
  return Object.entries(readMap(object, 'status.hard'))
    .filter(([resource]) => resource.startsWith('limits.') === isLimit)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([resource, hard]) => `${resource}: ${used[resource] ?? '0'}/${hard}`)
    .join(', ');
}

function hostsCell(object: Printable): string {
  const rules = readObjects(object, 'spec.rules');
  const hosts = rules.map((rule) => readText(rule, 'host')).filter((host) => host !== '');
  if (hosts.length === 0) return '*';
  const shown = hosts.slice(0, 3).join(',');
  return hosts.length > 3 ? `${shown} + ${rules.length - 3} more...` : shown;
}

function parametersCell(object: Printable): string {
  if (!readField(object, 'spec.parameters')) return '<none>';
  const group = readText(object, 'spec.parameters.apiGroup');
  const kind = readText(object, 'spec.parameters.kind');
  return `${group === '' ? kind : `${kind}.${group}`}/${readText(object, 'spec.parameters.name')}`;
}

function parentCell(object: Printable): string {
  if (!readField(object, 'spec.parentRef')) return '<none>';
  const part = (name: string) => readText(object, `spec.parentRef.${name}`);
  const resource = part('group') === '' ? part('resource') : `${part('resource')}.${part('group')}`;
  return [resource.toLowerCase(), part('namespace'), part('name')].filter((one) => one !== '').join('/');
}

function requestedDuration(seconds: unknown): string {
  return typeof seconds === 'number' ? humanDuration(seconds * 1_000) : '<none>';
}

function requestCondition(object: Printable): string {
  const types = readObjects(object, 'status.conditions').map((condition) => condition['type']);
  const decided = ['Denied', 'Approved'].find((type) => types.includes(type)) ?? 'Pending';
  const failed = types.includes('Failed') ? ',Failed' : '';
  return `${decided}${failed}${readText(object, 'status.certificate') === '' ? '' : ',Issued'}`;
}

function availability(object: Printable): string {
  const condition = readObjects(object, 'status.conditions').find((one) => one['type'] === 'Available');
  if (condition === undefined) return 'Unknown';
  const status = readText(condition, 'status');
  return status === 'True' ? status : `${status} (${readText(condition, 'reason')})`;
}
