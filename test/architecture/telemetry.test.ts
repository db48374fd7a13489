import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { dashboards } from '../../knative/telemetry/panels.ts';
import { type MetricDefinition, readMetrics } from '../../knative/telemetry/read-metrics.ts';

const metrics = new Map(readMetrics().map((metric) => [metric.name, metric]));
// Of prom-client's own, those that the dashboards use.
const processMetrics: readonly MetricDefinition[] = [
  { name: 'kubemirror_process_resident_memory_bytes', type: 'gauge', help: '', labels: [], places: [] },
  { name: 'kubemirror_process_cpu_seconds_total', type: 'counter', help: '', labels: [], places: [] },
];
for (const metric of processMetrics) metrics.set(metric.name, metric);

const rules = (
  parse(readFileSync('knative/telemetry/rules.yaml', 'utf8')) as {
    groups: { rules: { alert: string; expr: string; annotations: Record<string, string> }[] }[];
  }
).groups.flatMap((group) => group.rules);

const queries = [
  ...dashboards.flatMap(({ title, panels }) =>
    panels.flatMap((panel) =>
      Object.values(panel.queries).map((text) => ({ where: `${title}: ${panel.title}`, text })),
    ),
  ),
  ...rules.map((rule) => ({ where: rule.alert, text: rule.expr })),
];

/** What is wrong with a query: names that no code registers, or labels that its metrics do not have. */
function problemsOf(text: string): string[] {
  const used = Array.from(text.matchAll(/kubemirror_\w+/g), ([name]) => definitionOf(name));
  const labels = new Set(['le', 'function', ...used.flatMap((metric) => metric?.labels ?? [])]);
  const grouped = Array.from(text.matchAll(/by \(([^)]*)\)/g), ([, list = '']) =>
    list.split(',').map((label) => label.trim()),
  ).flat();
  const matched = Array.from(text.matchAll(/[{,]\s*(\w+)\s*(?:=|!=|=~|!~)"/g), ([, label = '']) => label);
  return [
    ...(used.length === 0 ? ['it uses no metric'] : []),
    ...(used.includes(undefined) ? ['it names a metric that nothing registers'] : []),
    ...[...grouped, ...matched]
      .filter((label) => !labels.has(label))
      .map((label) => `no metric of it has the label ${label}`),
  ];
}

function definitionOf(name: string): MetricDefinition | undefined {
  const exact = metrics.get(name);
  if (exact !== undefined) return exact.type === 'histogram' ? undefined : exact;
  const histogram = metrics.get(name.replace(/_(bucket|sum|count)$/, ''));
  return histogram?.type === 'histogram' ? histogram : undefined;
}

describe('dashboards and rules', () => {
  it('are there, and so are metrics', () => {
    expect(queries.length).toBeGreaterThan(40);
    expect(metrics.size).toBeGreaterThan(40);
  });

  it.each(queries)('$where asks for what the code registers', ({ text }) => {
    expect(problemsOf(text)).toEqual([]);
  });

  it('would notice a wrong name and a wrong label', () => {
    expect(problemsOf('rate(kubemirror_nothing_total[5m])')).toHaveLength(1);
    expect(problemsOf('sum by (color) (kubemirror_streams_open)')).toHaveLength(1);
    expect(problemsOf('kubemirror_ingest_batch_seconds')).toHaveLength(1);
  });

  it('say what happened and where to look', () => {
    for (const rule of rules) expect(Object.keys(rule.annotations), rule.alert).toEqual(['summary', 'look']);
  });

  it('have a line for each alert in what the one on call reads', () => {
    const text = readFileSync('knative/telemetry/README.md', 'utf8');
    const described = Array.from(text.matchAll(/^\| (Kubemirror\w+) \|/gm), ([, alert]) => alert);
    expect(described).toEqual(rules.map((rule) => rule.alert));
  });
});

describe('generated telemetry files', () => {
  it('are those that the code makes', () => {
    const check = () =>
      execFileSync(process.execPath, ['knative/telemetry/generate.ts', '--check'], { stdio: 'pipe' });
    expect(check).not.toThrow();
  });

  it('give every metric a help text and a name with our prefix', () => {
    for (const metric of readMetrics()) expect(metric.help, metric.name).not.toBe('');
  });
});
