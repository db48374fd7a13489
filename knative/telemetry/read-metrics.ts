import { globSync, readFileSync } from 'node:fs';

/** A metric as the code registers it. */
export type MetricDefinition = {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Functions or adapters that register it. */
  readonly places: readonly string[];
};

// A registration: `metrics.counter('kubemirror_…', '…', ['label'])`, or a local wrapper named `…Gauge(…)`.
const registration =
  /\b\w*?(counter|gauge|histogram)\(\s*'(kubemirror_\w+)',\s*(?:'((?:[^'\\]|\\.)*)'|"([^"]*)")\s*(?:,\s*(\[[^\]]*\]|\{[^}]*\}))?/gi;

/** Every metric that functions and adapters register, by name; read from the code, so that nothing has to run. */
export function readMetrics(): MetricDefinition[] {
  const byName = new Map<string, MetricDefinition>();
  for (const file of globSync(['functions/**/*.ts', 'lib/**/*.ts']).sort()) {
    if (file.endsWith('.test.ts')) continue;
    const place = file.split('/').slice(0, 2).join('/');
    for (const [, type = '', name = '', single, double, extra = ''] of readFileSync(file, 'utf8').matchAll(
      registration,
    )) {
      const known = byName.get(name);
      byName.set(name, {
        name,
        type: type.toLowerCase() as MetricDefinition['type'],
        help: single ?? double ?? '',
        labels: [...new Set([...(known?.labels ?? []), ...labelsOf(extra)])].sort(),
        places: [...new Set([...(known?.places ?? []), place])],
      });
    }
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function labelsOf(extra: string): string[] {
  const list = extra.startsWith('[') ? extra : (/labels:\s*(\[[^\]]*\])/.exec(extra)?.[1] ?? '');
  return Array.from(list.matchAll(/'(\w+)'/g), ([, label = '']) => label);
}
