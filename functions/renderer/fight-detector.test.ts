import { describe, expect, it } from 'vitest';
import { createFightDetector } from './fight-detector.ts';

const limits = { maxCorrections: 3, windowMs: 1_000, firstPauseMs: 10_000, maxPauseMs: 40_000 };

function setUp() {
  let nowMs = 0;
  const detector = createFightDetector(() => nowMs, limits);
  return { detector, pass: (ms: number) => (nowMs += ms) };
}

describe('createFightDetector()', () => {
  it('lets corrections pass that are far between', () => {
    const { detector, pass } = setUp();
    for (let count = 0; count < 20; count += 1) {
      expect(detector.correct('a')).toBeUndefined();
      pass(500);
    }
  });

  it('pauses after too many in a short time, for longer each time', () => {
    const { detector, pass } = setUp();
    const burst = () => {
      for (let count = 0; count < 10; count += 1) {
        const fight = detector.correct('a');
        if (fight !== undefined) return fight.pauseMs;
        pass(10);
      }
      return undefined;
    };
    expect(burst()).toBe(10_000);
    expect(detector.correct('a')?.pauseMs).toBe(10_000);
    pass(10_000);
    expect(burst()).toBe(20_000);
    pass(20_000);
    expect(burst()).toBe(40_000);
    pass(40_000);
    expect(burst()).toBe(40_000);
  });

  it('forgives after a long peace', () => {
    const { detector, pass } = setUp();
    for (let count = 0; count < 4; count += 1) detector.correct('a');
    pass(10_000);
    expect(detector.correct('a')).toBeUndefined();
    pass(50_000);
    for (let count = 0; count < 3; count += 1) expect(detector.correct('a')).toBeUndefined();
    expect(detector.correct('a')).toEqual({ pauseMs: 10_000 });
  });

  it('judges every object for itself', () => {
    const { detector } = setUp();
    for (let count = 0; count < 4; count += 1) detector.correct('a');
    expect(detector.correct('b')).toBeUndefined();
  });
});
