import { age, namedPrinter } from './named-printer.ts';
import { readField, readNumber, readObjects, readText } from './read-fields.ts';
import type { TableCell, TablePrinter } from './table-printer.ts';

/** Printers of what the API server itself obeys, by `group/resource`. */
export const policyPrinters: Readonly<Record<string, TablePrinter>> = {
  'admissionregistration.k8s.io/mutatingwebhookconfigurations': webhooks(),
  'admissionregistration.k8s.io/validatingwebhookconfigurations': webhooks(),
  'admissionregistration.k8s.io/validatingadmissionpolicies': namedPrinter(
    'Name|Validations:integer|ParamKind|Age',
    (object, now) => [
      readObjects(object, 'spec.validations').length,
      readField(object, 'spec.paramKind') === undefined
        ? '<unset>'
        : `${readText(object, 'spec.paramKind.apiVersion')}/${readText(object, 'spec.paramKind.kind')}`,
      age(object, now),
    ],
  ),
  'admissionregistration.k8s.io/validatingadmissionpolicybindings': namedPrinter(
    'Name|PolicyName|ParamRef|Age',
    (object, now) => [readText(object, 'spec.policyName'), parameterCell(object), age(object, now)],
  ),
  'flowcontrol.apiserver.k8s.io/flowschemas': namedPrinter(
    'Name|PriorityLevel|MatchingPrecedence|DistinguisherMethod|Age|MissingPL',
    (object, now) => [
      readText(object, 'spec.priorityLevelConfiguration.name'),
      readNumber(object, 'spec.matchingPrecedence'),
      readText(object, 'spec.distinguisherMethod.type') || '<none>',
      age(object, now),
      danglingCell(object),
    ],
  ),
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations': namedPrinter(
    'Name|Type|NominalConcurrencyShares|Queues|HandSize|QueueLengthLimit|Age',
    (object, now) => [
      readText(object, 'spec.type'),
      numberOrNone(object, 'spec.limited.nominalConcurrencyShares'),
      numberOrNone(object, 'spec.limited.limitResponse.queuing.queues'),
      numberOrNone(object, 'spec.limited.limitResponse.queuing.handSize'),
      numberOrNone(object, 'spec.limited.limitResponse.queuing.queueLengthLimit'),
      age(object, now),
    ],
  ),
};

function webhooks(): TablePrinter {
  return namedPrinter('Name|Webhooks:integer|Age', (object, now) => [
    readObjects(object, 'webhooks').length,
    age(object, now),
  ]);
}

function parameterCell(object: unknown): string {
  const name = readText(object, 'spec.paramRef.name');
  return name === '' ? '<unset>' : `${readText(object, 'spec.paramRef.namespace') || '*'}/${name}`;
}

function danglingCell(object: unknown): string {
  const condition = readObjects(object, 'status.conditions').find((one) => one['type'] === 'Dangling');
  return condition === undefined ? '?' : readText(condition, 'status');
}

function numberOrNone(object: unknown, path: string): TableCell {
  const value = readField(object, path);
  return typeof value === 'number' ? value : '<none>';
}
