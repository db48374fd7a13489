import { formatObjectSelector, type ObjectLabelSelector } from '../object-label-selector.ts';
import { containerCells, hasCondition, labelsCell, selectorCell } from './format-cells.ts';
import { ageOf, humanDuration } from './human-duration.ts';
import { age, namedPrinter as printer } from './named-printer.ts';
import { podPrinter } from './pod-printer.ts';
import { readField, readMap, readNumber, readObjects, readText } from './read-fields.ts';
import type { TableCell, TablePrinter } from './table-printer.ts';

type Printable = Parameters<TablePrinter['print']>[0];

const template = 'spec.template';
const selector = 'spec.selector';

/** Printers of what runs pods, by `group/resource`. */
export const workloadPrinters: Readonly<Record<string, TablePrinter>> = {
  '/pods': podPrinter,
  '/podtemplates': printer('Name|Containers|Images|Pod Labels', (object) => [
    ...containerCells(object, 'template'),
    labelsCell(readMap(object, 'template.metadata.labels')),
  ]),
  '/replicationcontrollers': printer(
    'Name|Desired:integer|Current:integer|Ready:integer|Age|Containers*|Images*|Selector*',
    (object, now) => [
      ...replicas(object),
      age(object, now),
      ...containerCells(object, template),
      labelsCell(readMap(object, selector)),
    ],
  ),
  'apps/replicasets': printer(
    'Name|Desired:integer|Current:integer|Ready:integer|Age|Containers*|Images*|Selector*',
    (object, now) => [
      ...replicas(object),
      age(object, now),
      ...containerCells(object, template),
      selectorCell(object, selector),
    ],
  ),
  'apps/deployments': printer(
    'Name|Ready|Up-to-date|Available|Age|Containers*|Images*|Selector*',
    (object, now) => [
      `${readNumber(object, 'status.readyReplicas')}/${readNumber(object, 'spec.replicas')}`,
      readNumber(object, 'status.updatedReplicas'),
      readNumber(object, 'status.availableReplicas'),
      age(object, now),
      ...containerCells(object, template),
      // Unlike elsewhere, an empty selector is empty here.
      formatObjectSelector((readField(object, selector) ?? {}) as ObjectLabelSelector),
    ],
  ),
  'apps/statefulsets': printer('Name|Ready|Age|Containers*|Images*', (object, now) => [
    `${readNumber(object, 'status.readyReplicas')}/${readNumber(object, 'spec.replicas')}`,
    age(object, now),
    ...containerCells(object, template),
  ]),
  'apps/daemonsets': printer(
    'Name|Desired:integer|Current:integer|Ready:integer|Up-to-date:integer|Available:integer|Node Selector|Age|Containers*|Images*|Selector*',
    (object, now) => [
      readNumber(object, 'status.desiredNumberScheduled'),
      readNumber(object, 'status.currentNumberScheduled'),
      readNumber(object, 'status.numberReady'),
      readNumber(object, 'status.updatedNumberScheduled'),
      readNumber(object, 'status.numberAvailable'),
      labelsCell(readMap(object, 'spec.template.spec.nodeSelector')),
      age(object, now),
      ...containerCells(object, template),
      selectorCell(object, selector),
    ],
  ),
  'apps/controllerrevisions': printer('Name|Controller|Revision|Age', (object, now) => [
    controllerCell(object),
    readNumber(object, 'revision'),
    age(object, now),
  ]),
  'batch/jobs': printer(
    'Name|Status|Completions|Duration|Age|Containers*|Images*|Selector*',
    (object, now) => [
      jobStatus(object),
      completions(object),
      jobDuration(object, now),
      age(object, now),
      ...containerCells(object, template),
      selectorCell(object, selector),
    ],
  ),
  'batch/cronjobs': printer(
    'Name|Schedule|Timezone|Suspend:boolean|Active:integer|Last Schedule|Age|Containers*|Images*|Selector*',
    (object, now) => [
      readText(object, 'spec.schedule'),
      readText(object, 'spec.timeZone') || '<none>',
      suspended(readField(object, 'spec.suspend')),
      readObjects(object, 'status.active').length,
      sinceOrNone(readField(object, 'status.lastScheduleTime'), now),
      age(object, now),
      ...containerCells(object, 'spec.jobTemplate.spec.template'),
      selectorCell(object, 'spec.jobTemplate.spec.selector'),
    ],
  ),
  'autoscaling/horizontalpodautoscalers': printer(
    'Name|Reference|Targets|MinPods|MaxPods|Replicas|Age',
    (object, now) => [
      `${readText(object, 'spec.scaleTargetRef.kind')}/${readText(object, 'spec.scaleTargetRef.name')}`,
      metricsCell(object),
      minReplicas(readField(object, 'spec.minReplicas')),
      readNumber(object, 'spec.maxReplicas'),
      readNumber(object, 'status.currentReplicas'),
      age(object, now),
    ],
  ),
  'policy/poddisruptionbudgets': printer(
    'Name|Min Available|Max Unavailable|Allowed Disruptions:integer|Age',
    (object, now) => [
      intOrString(readField(object, 'spec.minAvailable')),
      intOrString(readField(object, 'spec.maxUnavailable')),
      readNumber(object, 'status.disruptionsAllowed'),
      age(object, now),
    ],
  ),
};

function replicas(object: Printable): TableCell[] {
  return ['spec.replicas', 'status.replicas', 'status.readyReplicas'].map((path) => readNumber(object, path));
}

function suspended(value: unknown): string {
  if (typeof value !== 'boolean') return '<unset>';
  return value ? 'True' : 'False';
}

function sinceOrNone(time: unknown, now: Date): string {
  return time === undefined || time === null ? '<none>' : ageOf(time, now);
}

function minReplicas(value: unknown): string {
  return typeof value === 'number' ? `${value}` : '<unset>';
}

function intOrString(value: unknown): string {
  return typeof value === 'number' || typeof value === 'string' ? `${value}` : 'N/A';
}

function controllerCell(object: Printable): string {
  const controller = object.metadata.ownerReferences?.find((owner) => owner.controller === true);
  if (controller === undefined) return '<none>';
  const [group = ''] = controller.apiVersion.includes('/') ? controller.apiVersion.split('/') : [''];
  const kind = group === '' ? controller.kind : `${controller.kind}.${group}`;
  return `${kind.toLowerCase()}/${controller.name}`;
}

function jobStatus(object: Printable): string {
  if (hasCondition(object, 'Complete')) return 'Complete';
  if (hasCondition(object, 'Failed')) return 'Failed';
  if (object.metadata.deletionTimestamp !== undefined) return 'Terminating';
  const other = ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'];
  return other.find((type) => hasCondition(object, type)) ?? 'Running';
}

function completions(object: Printable): string {
  const succeeded = readNumber(object, 'status.succeeded');
  const wanted = readField(object, 'spec.completions');
  if (typeof wanted === 'number') return `${succeeded}/${wanted}`;
  const parallelism = readNumber(object, 'spec.parallelism');
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration(object: Printable, now: Date): string {
  const started = Date.parse(readText(object, 'status.startTime'));
  if (Number.isNaN(started)) return '';
  const completed = Date.parse(readText(object, 'status.completionTime'));
  return humanDuration((Number.isNaN(completed) ? now.getTime() : completed) - started);
}

/** Where a metric's target and current value stand in spec and status, by the type of the metric. */
const metricFields: Readonly<Record<string, string>> = {
  External: 'external',
  Pods: 'pods',
  Object: 'object',
  Resource: 'resource',
  ContainerResource: 'containerResource',
};
const maxMetrics = 2;

function metricsCell(object: Printable): string {
  const specs = readObjects(object, 'spec.metrics');
  const statuses = readObjects(object, 'status.currentMetrics');
  const cpu = readField(object, 'spec.targetCPUUtilizationPercentage');
  if (specs.length === 0) return typeof cpu === 'number' ? `cpu: ${currentCpu(object)}/${cpu}%` : '<none>';
  const cells = specs.map((spec, index) => metricCell(spec, statuses[index]));
  const shown = cells.slice(0, maxMetrics).join(', ');
  return cells.length > maxMetrics ? `${shown} + ${cells.length - maxMetrics} more...` : shown;
}

/** autoscaling/v1 knows one metric only. */
function currentCpu(object: Printable): string {
  const current = readField(object, 'status.currentCPUUtilizationPercentage');
  return typeof current === 'number' ? `${current}%` : '<unknown>';
}

function metricCell(spec: unknown, status: unknown): string {
  const type = readText(spec, 'type');
  const field = metricFields[type];
  if (field === undefined) return '<unknown type>';
  const target = (name: string) => readField(spec, `${field}.target.${name}`);
  const current = (name: string) => readField(status, `${field}.current.${name}`) ?? '<unknown>';
  const average = target('averageValue');
  if (field !== 'resource' && field !== 'containerResource') {
    if (average !== undefined) {
      return `${text(current('averageValue'))}/${text(average)}${field === 'pods' ? '' : ' (avg)'}`;
    }
    return `${text(current('value'))}/${text(target('value'))}`;
  }
  const name = readText(spec, `${field}.name`);
  if (average !== undefined) return `${name}: ${text(current('averageValue'))}/${text(average)}`;
  const utilization = target('averageUtilization');
  const now = current('averageUtilization');
  return `${name}: ${typeof now === 'number' ? `${now}%` : '<unknown>'}/${typeof utilization === 'number' ? `${utilization}%` : '<auto>'}`;
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : '<unknown>';
}
