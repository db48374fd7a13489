import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dashboards } from './panels.ts';
import { type MetricDefinition, readMetrics } from './read-metrics.ts';
import { toGrafana } from './to-grafana.ts';

/** `npm run telemetry` writes dashboards and reference; with `--check` it only compares. */
const folder = 'knative/telemetry';
const files = new Map([
  ...dashboards.map((dashboard): [string, string] => [
    `${folder}/dashboards/${dashboard.uid}.json`,
    `${JSON.stringify(toGrafana(dashboard), null, 2)}\n`,
  ]),
  [`${folder}/METRICS.md`, reference(readMetrics())],
]);

mkdirSync(`${folder}/dashboards`, { recursive: true });
for (const [file, content] of files) {
  if (!process.argv.includes('--check')) writeFileSync(file, content);
  else if (readFileSync(file, 'utf8') !== content) {
    process.stderr.write(`${file} does not match the code, run: npm run telemetry\n`);
    process.exitCode = 1;
  }
}

function reference(metrics: readonly MetricDefinition[]): string {
  const rows = metrics.map(
    ({ name, type, labels, help, places }) =>
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(' ')} | ${help} | ${places.map((place) => place.replace(/^.*\//, '')).join(', ')} | \`${promQl(name, type, labels)}\` |`,
  );
  return [
    '# Metrics',
    '',
    'Made by `npm run telemetry` from the code. Every metric also has the label `function`; `telemetry` as the place',
    'means that several functions share it. Beside these, the process metrics of prom-client have the prefix `kubemirror_`.',
    '',
    '| metric | type | labels | meaning | from | PromQL |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function promQl(name: string, type: MetricDefinition['type'], labels: readonly string[]): string {
  const by = ['function', ...labels].join(', ');
  switch (type) {
    case 'counter':
      return `sum by (${by}) (rate(${name}[5m]))`;
    case 'gauge':
      return `max by (${by}) (${name})`;
    case 'histogram':
      return `histogram_quantile(0.99, sum by (${['function', ...labels, 'le'].join(', ')}) (rate(${name}_bucket[5m])))`;
  }
}
