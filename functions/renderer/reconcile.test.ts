import { describe, expect, it } from 'vitest';
import type { RecordedOutcome, Standing } from '../../lib/postgres/app-configs/record-outcomes.ts';
import type { RenderInput, RenderRow, RenderStatus } from '../../lib/postgres/app-configs/render-input.ts';
import { type ReconcileRequest, reconcile } from './reconcile.ts';
import type { TargetOutcome } from './render-target.ts';

const id = '00000000-0000-4000-8000-000000000001';
const row: RenderRow = {
  name: 'a',
  repositoryUrl: 'https://example.org/r',
  branch: 'main',
  environment: 'dev',
  generation: 3,
  deleted: false,
};
const status: RenderStatus = {
  generation: 3,
  deleteWanted: false,
  renderedNames: ['a'],
  phase: 'pending',
  observedGeneration: 2,
  attempts: 0,
};
const applied: TargetOutcome = { kind: 'applied', revision: '8', changed: true, goneNames: [] };
const request: ReconcileRequest = { minGeneration: 0, force: false, prune: false, hintNames: [] };

function setUp(
  options: {
    readonly inputs?: (RenderInput | undefined)[];
    readonly outcome?: TargetOutcome;
    readonly standings?: Standing[];
  } = {},
) {
  const inputs = options.inputs ?? [{ id, row, status }];
  const standings = options.standings ?? [];
  const recorded: RecordedOutcome[] = [];
  const rendered: (readonly string[])[] = [];
  let reads = 0;
  const readInput = () => {
    const input = inputs[Math.min(reads, inputs.length - 1)];
    reads += 1;
    return Promise.resolve(input);
  };
  const run = (wanted: Partial<ReconcileRequest> = {}) =>
    reconcile(
      id,
      { ...request, ...wanted },
      {
        readInput,
        target: {
          kind: 'cluster',
          render: async (task) => {
            rendered.push(task.hintNames);
            return { input: await task.readInput(), outcome: options.outcome ?? applied };
          },
          list: () => Promise.resolve([]),
          removeOrphans: () => Promise.resolve(),
        },
        record: (outcome) => {
          recorded.push(outcome);
          return Promise.resolve(standings.shift() ?? 'current');
        },
        now: () => 0,
        random: () => 0.5,
        retry: { baseMs: 1_000, capMs: 60_000 },
      },
    );
  return { run, recorded, rendered };
}

describe('reconcile()', () => {
  it('renders a change and records what became of it', async () => {
    const { run, recorded } = setUp();
    expect(await run()).toMatchObject({ kind: 'rendered', name: 'a', changed: true });
    expect(recorded).toEqual([{ id, generation: 3, phase: 'applied', revision: '8', goneNames: [] }]);
  });

  it('does nothing for a replayed event of what is settled', async () => {
    const settled = { ...status, phase: 'applied', observedGeneration: 3 } as const;
    const { run, rendered, recorded } = setUp({ inputs: [{ id, row, status: settled }] });
    expect(await run({ minGeneration: 2 })).toEqual({ kind: 'unchanged' });
    expect([rendered, recorded]).toEqual([[], []]);
  });

  it('looks at the target all the same when it is told to', async () => {
    const settled = { ...status, phase: 'applied', observedGeneration: 3 } as const;
    const { run, rendered } = setUp({ inputs: [{ id, row, status: settled }] });
    await run({ force: true });
    expect(rendered.length).toBe(1);
  });

  it('asks to be told again where the database does not show the change yet', async () => {
    const { run, rendered } = setUp();
    expect(await run({ minGeneration: 4 })).toEqual({ kind: 'not-visible' });
    expect(rendered).toEqual([]);
  });

  it('does nothing for an id that is confirmed to be gone', async () => {
    const { run, rendered } = setUp({ inputs: [undefined] });
    expect(await run({ minGeneration: 9 })).toEqual({ kind: 'unchanged' });
    expect(rendered).toEqual([]);
  });

  it('goes on at once with a change that came meanwhile', async () => {
    const { run, recorded } = setUp({
      inputs: [
        { id, row, status },
        { id, row, status },
        { id, row: { ...row, generation: 4 }, status: { ...status, generation: 4 } },
      ],
      standings: ['newer', 'current'],
    });
    await run();
    expect(recorded.map(({ generation }) => generation)).toEqual([3, 4]);
  });

  it('refuses what breaks a rule, without a look at the target', async () => {
    const bad = { ...row, repositoryUrl: 'https://user:secret@example.org/r' };
    const { run, recorded, rendered } = setUp({ inputs: [{ id, row: bad, status }] });
    await run();
    expect(rendered).toEqual([]);
    expect(recorded[0]).toMatchObject({ phase: 'refused', reason: 'Invalid' });
    expect(JSON.stringify(recorded)).not.toContain('secret');
  });

  it('looks at no name from an event that is none', async () => {
    const { run, rendered } = setUp();
    await run({ hintNames: ['', '../x', '/etc/x', 'b', 'x'.repeat(300)] });
    expect(rendered).toEqual([['a', 'b']]);
  });

  it('says when a failed one is tried again, later each time', async () => {
    const failed: TargetOutcome = { kind: 'failed', reason: 'Unreachable', message: 'no' };
    const retries: (string | undefined)[] = [];
    for (const attempts of [0, 1, 5, 30]) {
      const { run, recorded } = setUp({
        outcome: failed,
        inputs: [{ id, row, status: { ...status, attempts } }],
      });
      await run();
      retries.push(recorded[0]?.retryAt);
    }
    expect(retries).toEqual([
      '1970-01-01T00:00:01.000Z',
      '1970-01-01T00:00:01.500Z',
      '1970-01-01T00:00:16.500Z',
      '1970-01-01T00:00:30.500Z',
    ]);
  });

  it('holds back the removal of what vanished without a delete, until that is allowed', async () => {
    const vanished = { id, row: undefined, status: { ...status, phase: 'applied' } } as const;
    const held = setUp({ inputs: [vanished] });
    expect(await held.run({ force: true })).toEqual({ kind: 'held' });
    const pruned: TargetOutcome = { kind: 'pruned', changed: true, goneNames: ['a'] };
    const allowed = setUp({ inputs: [vanished], outcome: pruned });
    await allowed.run({ force: true, prune: true });
    expect(allowed.recorded[0]).toMatchObject({ phase: 'pruned', generation: 3 });
  });

  it('leaves a contested object alone and says with whom it fights', async () => {
    const { run, recorded, rendered } = setUp();
    await run({ force: true, fight: { pauseMs: 60_000, message: 'kubectl keeps changing it' } });
    expect(rendered).toEqual([]);
    expect(recorded[0]).toMatchObject({
      phase: 'failed',
      reason: 'Fighting',
      message: 'kubectl keeps changing it',
      retryAt: '1970-01-01T00:01:00.000Z',
    });
  });
});
