/** One metric of the text format with all that belongs to it. */
export type MetricFamily = {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly samples: readonly MetricSample[];
};

export type MetricSample = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};

type OpenFamily = MetricFamily & { readonly samples: MetricSample[] };

const metricName = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"/y;
const helpLine = new RegExp(`^# HELP (${metricName}) (.+)$`);
const typeLine = new RegExp(`^# TYPE (${metricName}) (counter|gauge|histogram|summary|untyped)$`);
const sampleLine = new RegExp(`^(${metricName})(?:\\{(.*)\\})? (\\S+)(?: -?\\d+)?$`);
const number = /^(?:NaN|[+-]?Inf|[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)$/;

/**
 * Reads Prometheus' text format 0.0.4 and is stricter than Prometheus: every metric has its help and type before
 * its samples and stands in one group, no series comes twice, counters are finite and not negative, and
 * histograms have cumulative buckets up to +Inf that agree with their count.
 * @throws Error that names the line or the metric
 */
export function parsePrometheus(text: string): MetricFamily[] {
  if (!text.endsWith('\n')) throw new Error('Cannot read metrics: the last line has no end');
  const reading: Reading = { families: new Map(), helps: new Map(), series: new Set(), open: undefined };
  for (const line of text.split('\n')) {
    if (line === '' || readHelp(line, reading) || readType(line, reading)) continue;
    addSample(line, reading);
  }
  const families = [...reading.families.values()];
  families.forEach(check);
  return families;
}

type Reading = {
  readonly families: Map<string, OpenFamily>;
  readonly helps: Map<string, string>;
  /** Names and labels that have come. */
  readonly series: Set<string>;
  /** The family whose group this is. */
  open: OpenFamily | undefined;
};

function readHelp(line: string, { helps }: Reading): boolean {
  const [, name, help] = helpLine.exec(line) ?? [];
  if (name === undefined || help === undefined) return false;
  if (helps.has(name)) throw new Error(`Cannot read metrics: two helps for ${name}`);
  helps.set(name, help);
  return true;
}

function readType(line: string, reading: Reading): boolean {
  const [, name, type] = typeLine.exec(line) ?? [];
  if (name === undefined || type === undefined) return false;
  if (reading.families.has(name)) throw new Error(`Cannot read metrics: two types for ${name}`);
  reading.open = { name, type, help: requireHelp(reading.helps, name), samples: [] };
  reading.families.set(name, reading.open);
  return true;
}

function addSample(line: string, { open, series }: Reading): void {
  const sample = readSample(line);
  if (open === undefined || !belongs(sample.name, open)) {
    throw new Error(`Cannot read metrics: "${line}" does not stand in its metric's group`);
  }
  const key = `${sample.name}${keyOf(sample.labels)}`;
  if (series.has(key)) throw new Error(`Cannot read metrics: "${line}" comes twice`);
  series.add(key);
  open.samples.push(sample);
}

function keyOf(labels: Readonly<Record<string, string>>): string {
  const names = Object.keys(labels).sort();
  return JSON.stringify(names.map((name) => [name, labels[name]]));
}

function requireHelp(helps: ReadonlyMap<string, string>, name: string): string {
  const help = helps.get(name);
  if (help === undefined) throw new Error(`Cannot read metrics: ${name} has no help before its type`);
  return help;
}

function belongs(name: string, { name: family, type }: MetricFamily): boolean {
  if (type !== 'histogram' && type !== 'summary') return name === family;
  if (type === 'summary' && name === family) return true;
  return name.startsWith(family) && /^_(?:bucket|sum|count)$/.test(name.slice(family.length));
}

function readSample(line: string): MetricSample {
  const [, name = '', labels = '', value = ''] = sampleLine.exec(line) ?? [];
  if (!number.test(value)) throw new Error(`Cannot read metrics: "${line}" is no sample`);
  return { name, labels: readLabels(labels, line), value: Number(value.replace('Inf', 'Infinity')) };
}

function readLabels(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (let offset = 0; offset < text.length; ) {
    label.lastIndex = offset;
    const [all = '', name = '', value = ''] = label.exec(text) ?? [];
    const next = offset + all.length;
    const ends = next === text.length || text[next] === ',';
    if (name === '' || !ends || Object.hasOwn(labels, name)) {
      throw new Error(`Cannot read metrics: "${line}" has labels that are none or come twice`);
    }
    labels[name] = value.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
    offset = next + 1;
  }
  return labels;
}

function check(family: MetricFamily): void {
  if (family.type === 'counter') {
    const wrong = family.samples.find(({ value }) => !Number.isFinite(value) || value < 0);
    if (wrong !== undefined) {
      throw new Error(`Cannot read metrics: counter ${family.name} is ${wrong.value}, expected 0 or more`);
    }
  }
  if (family.type === 'histogram') checkHistogram(family);
}

function checkHistogram({ name, samples }: MetricFamily): void {
  const groups = Map.groupBy(samples, ({ labels: { le, ...others } }) => keyOf(others));
  for (const [key, group] of groups) {
    const part = (suffix: string) => group.filter((sample) => sample.name === `${name}_${suffix}`);
    const buckets = part('bucket').map(({ labels, value }) => ({
      bound: Number(labels['le']?.replace('Inf', 'Infinity')),
      value,
    }));
    const [count, ...counts] = part('count');
    const rises = buckets.every(
      ({ bound, value }, index) =>
        index === 0 ||
        (bound > (buckets[index - 1]?.bound ?? 0) && value >= (buckets[index - 1]?.value ?? 0)),
    );
    const last = buckets.at(-1);
    const complete = last?.bound === Infinity && last.value === count?.value;
    if (!rises || !complete || counts.length > 0 || part('sum').length !== 1) {
      throw new Error(`Cannot read metrics: histogram ${name} ${key} is not complete or not cumulative`);
    }
  }
}
