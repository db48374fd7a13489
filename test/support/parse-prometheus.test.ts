import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../lib/telemetry/metrics.ts';
import { parsePrometheus } from './parse-prometheus.ts';

const head = '# HELP a_total what\n# TYPE a_total counter\n';
const histogram = (lines: string) => `# HELP h what\n# TYPE h histogram\n${lines}`;

describe('parsePrometheus()', () => {
  it('reads samples, labels and escapes', () => {
    expect(parsePrometheus(`${head}a_total 1\na_total{x="a\\"b\\\\\\n,}"} 2.5e3\n`)).toEqual([
      {
        name: 'a_total',
        help: 'what',
        type: 'counter',
        samples: [
          { name: 'a_total', labels: {}, value: 1 },
          { name: 'a_total', labels: { x: 'a"b\\\n,}' }, value: 2_500 },
        ],
      },
    ]);
  });

  it('reads back any value of a label that our metrics write', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (value) => {
        const metrics = createMetrics('f');
        metrics.gauge('kubemirror_any', 'any', ['x']).set({ x: value }, 3);
        const family = parsePrometheus(await metrics.text()).find(({ name }) => name === 'kubemirror_any');
        expect(family?.samples).toEqual([
          { name: 'kubemirror_any', labels: { x: value, function: 'f' }, value: 3 },
        ]);
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['no end of the last line', `${head}a_total 1`],
    ['a sample without its type', 'a_total 1\n'],
    ['a type without help', '# TYPE a_total counter\na_total 1\n'],
    ['a sample outside its group', `${head}b_total 1\n`],
    ['a series twice', `${head}a_total{x="1",y="2"} 1\na_total{y="2",x="1"} 1\n`],
    ['a type twice', `${head}${head}`],
    ['a value that is no number', `${head}a_total one\n`],
    ['a negative counter', `${head}a_total -1\n`],
    ['a label without quotes', `${head}a_total{x=1} 1\n`],
    ['a label twice', `${head}a_total{x="1",x="2"} 1\n`],
    ['a broken escape', `${head}a_total{x="\\t"} 1\n`],
    ['a histogram without +Inf', histogram('h_bucket{le="1"} 1\nh_sum 1\nh_count 1\n')],
    ['a histogram that falls', histogram('h_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n')],
    ['a histogram whose count differs', histogram('h_bucket{le="+Inf"} 1\nh_sum 1\nh_count 2\n')],
  ])('refuses %s', (_what, text) => {
    expect(() => parsePrometheus(text)).toThrow('Cannot read metrics');
  });
});
