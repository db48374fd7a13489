import type { Call } from '../http/call.ts';
import { decodeValue } from '../http/decode-object.ts';
import { badRequest, invalid } from '../http/status-error.ts';

/** `DeleteOptions` from the body or the query. */
export type DeleteOptions = {
  readonly dryRun: boolean;
  readonly gracePeriodSeconds: number | undefined;
  readonly propagationPolicy: 'Orphan' | 'Background' | 'Foreground' | undefined;
  /** The older way to say Orphan (true) or Background (false). */
  readonly orphanDependents: boolean | undefined;
  readonly preconditions: { readonly uid?: string; readonly resourceVersion?: string } | undefined;
};

const policies = ['Background', 'Foreground', 'Orphan'];

/** @throws StatusError 400 for a body that is none, 422 for values that exclude each other */
export function parseDeleteOptions(call: Call, body: Buffer): DeleteOptions {
  const { query } = call.info;
  const given = (
    body.length === 0 ? {} : decodeValue(body, call.request.headers['content-type'], 'DeleteOptions')
  ) as Record<string, unknown>;
  if (given['kind'] !== undefined && given['kind'] !== 'DeleteOptions') {
    throw badRequest(`decoded object cannot be converted to DeleteOptions`);
  }
  const policy = (given['propagationPolicy'] ?? query.get('propagationPolicy') ?? undefined) as
    | string
    | undefined;
  const orphan = (given['orphanDependents'] ?? parseFlag(query.get('orphanDependents'))) as
    | boolean
    | undefined;
  requireConsistent(policy, orphan);
  const grace = given['gracePeriodSeconds'] ?? query.get('gracePeriodSeconds') ?? undefined;
  const dryRun = (given['dryRun'] as string[] | undefined) ?? query.getAll('dryRun');
  return {
    dryRun: dryRun.includes('All'),
    gracePeriodSeconds: grace === undefined || grace === null ? undefined : Number(grace),
    propagationPolicy: policy as DeleteOptions['propagationPolicy'],
    orphanDependents: orphan,
    preconditions: given['preconditions'] as DeleteOptions['preconditions'],
  };
}

function parseFlag(text: string | null): boolean | undefined {
  return text === null || text === '' ? undefined : text === 'true' || text === '1';
}

function requireConsistent(policy: string | undefined, orphan: boolean | undefined): void {
  const kind = { group: 'meta.k8s.io', kind: 'DeleteOptions' };
  if (policy !== undefined && orphan !== undefined) {
    throw invalid(kind, '', [
      {
        type: 'FieldValueInvalid',
        field: 'propagationPolicy',
        message: `Invalid value: ${JSON.stringify(policy)}: orphanDependents and deletionPropagation cannot be both set`,
      },
    ]);
  }
  if (policy !== undefined && !policies.includes(policy)) {
    throw invalid(kind, '', [
      {
        type: 'FieldValueNotSupported',
        field: 'propagationPolicy',
        message: `Unsupported value: ${JSON.stringify(policy)}: supported values: "Foreground", "Background", "Orphan", "nil"`,
      },
    ]);
  }
}
