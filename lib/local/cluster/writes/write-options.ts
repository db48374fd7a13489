import type { UserInfo } from '../../../core/user-info.ts';
import type { Call } from '../http/call.ts';
import { managerOf } from '../http/call.ts';
import { invalid } from '../http/status-error.ts';
import {
  type FieldProblem,
  forbidden,
  notSupported,
  required,
  tooLong,
} from '../validation/field-problem.ts';

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

const maxManagerBytes = 128;
const validations = ['Ignore', 'Strict', 'Warn'];

/**
 * @param isApply the patch is a configuration to apply, which somebody must own and which may be forced
 * @throws StatusError 422 for options with other values than the server knows
 */
export function parseWriteOptions(
  call: Call,
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
  isApply = false,
): WriteOptions {
  const { query } = call.info;
  const problems: FieldProblem[] = [];
  const manager = query.get('fieldManager') ?? '';
  if (isApply && manager === '') problems.push(required('fieldManager', 'is required for apply patch'));
  if (kind === 'PatchOptions' && !isApply && query.get('force')) {
    problems.push(forbidden('force', 'may not be specified for non-apply patch'));
  }
  const dryRun = query.getAll('dryRun').filter((value) => value !== '');
  if (dryRun.some((value) => value !== 'All')) problems.push(notSupported('dryRun', dryRun, ['All']));
  const fieldValidation = query.get('fieldValidation') || 'Warn';
  if (!validations.includes(fieldValidation)) {
    problems.push(notSupported('fieldValidation', fieldValidation, validations));
  }
  if (manager.length > maxManagerBytes) problems.push(tooLong('fieldManager', maxManagerBytes));
  if (problems.length > 0) throw invalid({ group: 'meta.k8s.io', kind }, '', problems);
  return {
    manager: managerOf(call),
    dryRun: dryRun.length > 0,
    user: call.user,
    fieldValidation: fieldValidation as WriteOptions['fieldValidation'],
    warn: (text) => call.warnings.push(text),
  };
}
