import { describe, expect, it } from 'vitest';
import { describeError } from './describe-error.ts';

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('Cannot test: nothing was thrown');
}

describe('describeError()', () => {
  it('keeps what and where, and not what was worked on', () => {
    const error = Object.assign(new Error('duplicate key'), {
      code: '23505',
      table: 'resources',
      detail: 'Key (uid)=(hidden) already exists.',
      where: 'COPY staging, line 1: "hidden"',
    });
    const described = describeError(new Error('Cannot write', { cause: error }));
    expect(described).toMatchObject({
      type: 'Error',
      message: 'Cannot write',
      cause: { message: 'duplicate key', code: '23505', table: 'resources' },
    });
    expect(JSON.stringify(described)).not.toContain('hidden');
  });

  it('does not tell the URL that is none', () => {
    const error = thrownBy(() => new URL('postgres://me:hidden@[broken'));
    expect(describeError(error)).toMatchObject({ code: 'ERR_INVALID_URL' });
    expect(JSON.stringify(describeError(error))).not.toContain('hidden');
  });

  it('describes gathered errors, and ends where causes go in a circle', () => {
    const gathered = new AggregateError([new Error('one'), 'two'], 'both');
    expect(describeError(gathered)).toMatchObject({ errors: [{ message: 'one' }, { message: 'two' }] });
    const circle = new Error('again');
    circle.cause = circle;
    expect(JSON.stringify(describeError(circle))).toContain('again');
  });
});
