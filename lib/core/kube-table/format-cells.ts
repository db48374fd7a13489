import { formatObjectSelector, type ObjectLabelSelector } from '../object-label-selector.ts';
import { readField, readObjects, readText } from './read-fields.ts';

/** Names and images of the containers of a pod template. */
export function containerCells(object: unknown, templatePath: string): [names: string, images: string] {
  const containers = readObjects(object, `${templatePath}.spec.containers`);
  return [
    containers.map((container) => readText(container, 'name')).join(','),
    containers.map((container) => readText(container, 'image')).join(','),
  ];
}

/** The label selector at a path, `<none>` where it is missing or takes everything. */
export function selectorCell(object: unknown, path: string): string {
  const selector = readField(object, path);
  if (typeof selector !== 'object' || selector === null) return '<none>';
  return formatObjectSelector(selector as ObjectLabelSelector) || '<none>';
}

/** Labels as `a=1,b=2`, in order. */
export function labelsCell(labels: Readonly<Record<string, string>>): string {
  const terms = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return terms.length === 0 ? '<none>' : terms.sort().join(',');
}

/** The first few of a list, and how many more there are. */
export function firstOf(
  list: readonly string[],
  options: { readonly max: number; readonly separator: string; readonly none: string },
): string {
  if (list.length === 0) return options.none;
  const shown = list.slice(0, options.max).join(options.separator);
  return list.length > options.max ? `${shown} + ${list.length - options.max} more...` : shown;
}

/** Short forms of a volume's access modes, in the order of kubectl. */
export function accessModesCell(modes: readonly string[]): string {
  const short = [
    ['ReadWriteOnce', 'RWO'],
    ['ReadOnlyMany', 'ROX'],
    ['ReadWriteMany', 'RWX'],
    ['ReadWriteOncePod', 'RWOP'],
  ] as const;
  return short
    .filter(([mode]) => modes.includes(mode))
    .map(([, letters]) => letters)
    .join(',');
}

/** True where the condition of this type is `True`. */
export function hasCondition(object: unknown, type: string): boolean {
  const condition = readObjects(object, 'status.conditions').find((one) => one['type'] === type);
  return condition?.['status'] === 'True';
}

/** Addresses of a load balancer. */
export function loadBalancerCell(object: unknown): string {
  const addresses = readObjects(object, 'status.loadBalancer.ingress')
    .map((ingress) => readText(ingress, 'ip') || readText(ingress, 'hostname'))
    .filter((address) => address !== '');
  return [...new Set(addresses)].sort().join(',');
}
