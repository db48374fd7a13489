import type { UserInfo } from '../../../core/user-info.ts';
import type { Call } from '../http/call.ts';
import { managerOf } from '../http/call.ts';
import { invalid } from '../http/status-error.ts';
import type { FieldProblem } from '../validation/field-problem.ts';

/** How a write is meant, whoever sends it. */
export type WriteOptions = {
  /** Field manager that the change is attributed to. */
  readonly manager: string;
  readonly dryRun: boolean;
  /** Who writes, where that is not the server itself: nobody may grant more rights than they have. */
  readonly user?: UserInfo;
  readonly fieldValidation: 'Ignore' | 'Warn' | 'Strict';
  /** Collects texts for `Warning` headers. */
  readonly warn: (text: string) => void;
};

const validations = ['Ignore', 'Strict', 'Warn'];

/** @throws StatusError 422 for options with other values than the server knows */
export function parseWriteOptions(
  call: Call,
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
): WriteOptions {
  const { query } = call.info;
  const problems: FieldProblem[] = [];
  const dryRun = query.getAll('dryRun').filter((value) => value !== '');
  if (dryRun.some((value) => value !== 'All')) problems.push(unsupported('dryRun', dryRun, ['All']));
  const fieldValidation = query.get('fieldValidation') || 'Warn';
  if (!validations.includes(fieldValidation)) {
    problems.push(unsupported('fieldValidation', fieldValidation, validations));
  }
  const manager = query.get('fieldManager') ?? '';
  if (manager.length > 128) {
    problems.push({
      type: 'FieldValueTooLong',
      field: 'fieldManager',
      message: 'Too long: may not be more than 128 bytes',
    });
  }
  if (problems.length > 0) throw invalid({ group: 'meta.k8s.io', kind }, '', problems);
  return {
    manager: managerOf(call),
    dryRun: dryRun.length > 0,
    user: call.user,
    fieldValidation: fieldValidation as WriteOptions['fieldValidation'],
    warn: (text) => call.warnings.push(text),
  };
}

function unsupported(field: string, value: unknown, supported: readonly string[]): FieldProblem {
  const values = supported.map((text) => JSON.stringify(text)).join(', ');
  return {
    type: 'FieldValueNotSupported',
    field,
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${values}`,
  };
}
