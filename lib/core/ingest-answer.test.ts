import { expect, it } from 'vitest';
import { type FailureKind, ingestAnswer } from './ingest-answer.ts';
import type { IngestOutcome } from './ingest-outcome.ts';

const failed = (error: FailureKind): IngestOutcome => ({ kind: 'failed', error });
const classify = (error: unknown) => error as FailureKind;
const stored: IngestOutcome = { kind: 'stored' };
const unchanged: IngestOutcome = { kind: 'unchanged' };
const quarantined: IngestOutcome = { kind: 'quarantined', reason: 'NUL' };
const rejected: IngestOutcome = { kind: 'rejected', reason: 'NUL' };

it.each<[string, readonly IngestOutcome[], number]>([
  ['stored', [stored], 202],
  ['nothing to do', [unchanged, unchanged], 204],
  ['some stored, some there already', [unchanged, stored], 202],
  ['in quarantine', [quarantined], 202],
  ['rejected', [stored, rejected], 422],
  ['database away', [stored, rejected, failed('unavailable')], 503],
  ['lost against another writer', [failed('conflict')], 503],
  ['unexpected', [failed('unknown')], 500],
  ['no events at all', [], 204],
])('ingestAnswer() of %s', (_, outcomes, status) => {
  expect(ingestAnswer(outcomes, classify).status).toBe(status);
});

it('ingestAnswer() gives no body with a 2xx and a time to come again with a 503', () => {
  expect(ingestAnswer([stored], classify)).toEqual({ status: 202 });
  expect(ingestAnswer([failed('unavailable')], classify).retryAfterSeconds).toBeGreaterThan(0);
});
