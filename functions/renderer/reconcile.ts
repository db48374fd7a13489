import { fullJitterMs } from '../../lib/core/full-jitter.ts';
import type { RecordedOutcome, Standing } from '../../lib/postgres/app-configs/record-outcomes.ts';
import type { RenderInput } from '../../lib/postgres/app-configs/render-input.ts';
import { outcomeWithoutTarget } from './outcome-without-target.ts';
import { isName, namesOf, wantedName } from './plan-objects.ts';
import type { RenderResult, RenderTarget, TargetOutcome } from './render-target.ts';

/** Why an AppConfig is looked at; several requests for one are merged into one run. */
export type ReconcileRequest = {
  /** Generation that the database must have by now, from the event that tells of it. */
  readonly minGeneration: number;
  /** Look at the target also where the database says that all is done: drift, the full diff. */
  readonly force: boolean;
  /** Remove what is left of a row that vanished without a delete; only after the full diff has allowed it. */
  readonly prune: boolean;
  /** Names that the event mentions. */
  readonly hintNames: readonly string[];
  /** Somebody else keeps changing the object: leave it alone for this long, and say so. */
  readonly fight?: { readonly pauseMs: number; readonly message: string };
};

export function mergeRequests(a: ReconcileRequest, b: ReconcileRequest): ReconcileRequest {
  return {
    minGeneration: Math.max(a.minGeneration, b.minGeneration),
    force: a.force || b.force,
    prune: a.prune || b.prune,
    hintNames: [...new Set([...a.hintNames, ...b.hintNames])],
    ...((a.fight ?? b.fight) === undefined ? {} : { fight: a.fight ?? b.fight }),
  };
}

export type Reconciled =
  /** Something was done, or tried; the outcome is in the database. */
  | {
      readonly kind: 'rendered';
      readonly name: string;
      readonly outcome: RecordedOutcome;
      readonly changed: boolean;
    }
  | { readonly kind: 'unchanged' }
  /** The event is ahead of what the database shows: a replica, or a commit that becomes visible in a moment. */
  | { readonly kind: 'not-visible' }
  /** Its row vanished without a delete, so removal waits for the full diff. */
  | { readonly kind: 'held' };

export type ReconcileDependencies = {
  readonly readInput: (id: string) => Promise<RenderInput | undefined>;
  readonly target: RenderTarget;
  readonly record: (outcome: RecordedOutcome) => Promise<Standing>;
  readonly now: () => number;
  readonly random: () => number;
  readonly retry: { readonly baseMs: number; readonly capMs: number };
};

/** Newer changes that came while one was rendered are done at once, so often; then by their own events. */
const maxRuns = 10;

/**
 * Brings one AppConfig's objects to what its row says now, whatever made us look. Level-triggered: events only say
 * that it is time, so stale, repeated and reordered ones are harmless.
 */
export async function reconcile(
  id: string,
  request: ReconcileRequest,
  deps: ReconcileDependencies,
): Promise<Reconciled> {
  let result: Reconciled = { kind: 'unchanged' };
  for (let run = 0; run < maxRuns; run += 1) {
    const input = await deps.readInput(id);
    const known = newestGeneration(input);
    // An id without any trace is one whose removal is confirmed: whatever the event says lies behind that.
    if (input !== undefined && known < request.minGeneration) return { kind: 'not-visible' };
    if (input === undefined || (!request.force && isSettled(input))) return result;
    const rendered = await renderOnce(input, request, deps);
    if (rendered === undefined) return result;
    if (rendered === 'held') return { kind: 'held' };
    result = rendered.result;
    if (rendered.standing !== 'newer') return result;
  }
  return result;
}

function newestGeneration(input: RenderInput | undefined): number {
  return Math.max(input?.row?.generation ?? 0, input?.status?.generation ?? 0);
}

/** The newest generation was dealt with for good, and nothing under another name is left. */
function isSettled({ row, status }: RenderInput): boolean {
  if (row === undefined || row.deleted || status === undefined) return false;
  if (status.observedGeneration !== row.generation || status.generation !== row.generation) return false;
  if (status.phase === 'refused') return true;
  return status.phase === 'applied' && status.renderedNames.every((name) => name === row.name);
}

async function renderOnce(
  first: RenderInput,
  request: ReconcileRequest,
  deps: ReconcileDependencies,
): Promise<{ result: Reconciled; standing: Standing } | 'held' | undefined> {
  const rendered =
    withoutTarget(first, request) ??
    (await deps.target.render({
      id: first.id,
      hintNames: [...new Set([...namesOf(first), ...request.hintNames.filter(isName)])],
      readInput: () => deps.readInput(first.id),
      prune: request.prune,
    }));
  const input = rendered.input ?? first;
  // Confirmed by somebody else meanwhile.
  if (rendered.input === undefined && rendered.outcome.kind === 'pruned') return undefined;
  if (rendered.outcome.kind === 'held') return 'held';
  const outcome = recordedOutcome(input, rendered.outcome, deps);
  const standing = await deps.record(outcome);
  const changed = 'changed' in rendered.outcome ? rendered.outcome.changed : true;
  return { result: { kind: 'rendered', name: nameOf(input), outcome, changed }, standing };
}

/** What can be said without looking at the target. */
function withoutTarget(input: RenderInput, request: ReconcileRequest): RenderResult | undefined {
  const outcome = outcomeWithoutTarget(input, request.prune);
  if (outcome?.kind === 'held') return { input, outcome };
  if (request.fight !== undefined) {
    const { pauseMs, message } = request.fight;
    return { input, outcome: { kind: 'failed', reason: 'Fighting', message, retryAfterMs: pauseMs } };
  }
  return outcome === undefined ? undefined : { input, outcome };
}

function recordedOutcome(
  input: RenderInput,
  outcome: Exclude<TargetOutcome, { kind: 'held' }>,
  deps: ReconcileDependencies,
): RecordedOutcome {
  const base = { id: input.id, generation: newestGeneration(input) };
  switch (outcome.kind) {
    case 'applied':
      return { ...base, phase: 'applied', revision: outcome.revision, goneNames: outcome.goneNames };
    case 'pruned':
      return { ...base, phase: 'pruned', goneNames: outcome.goneNames };
    case 'refused':
      return { ...base, phase: 'refused', reason: outcome.reason, message: outcome.message, goneNames: [] };
    case 'failed': {
      const failures = (input.status?.attempts ?? 0) + 1;
      // Not from zero: the outcome itself costs a transaction, and a target that is down needs some time.
      const waitMs =
        outcome.retryAfterMs ?? deps.retry.baseMs / 2 + fullJitterMs(deps.retry, failures, deps.random());
      return {
        ...base,
        phase: 'failed',
        reason: outcome.reason,
        message: outcome.message,
        retryAt: new Date(deps.now() + waitMs).toISOString(),
        goneNames: [],
      };
    }
  }
}

function nameOf(input: RenderInput): string {
  return wantedName(input) ?? input.row?.name ?? input.status?.renderedNames.at(-1) ?? '';
}
