import { basename } from 'node:path';
import { parseArgs } from 'node:util';

import { conformanceTokens } from '../../lib/local/cluster/conformance-tokens.ts';
import { startCluster } from '../../lib/local/cluster/start-cluster.ts';
import { readRecording } from './conformance/recording.ts';
import { replay, type StepResult } from './conformance/replay.ts';

const usage = `npm run conformance -- FILE [--server URL] [--at-least PERCENT] [--only GROUP] [--compacted] [--json]

Replays a recording of a real API server against a fresh API double (or another server) and prints each
difference. --compacted starts with a history that is gone, which recordings named expired* need.`;

/** Differences of one step that are printed; the rest is counted. */
const maxShownPerStep = 6;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    server: { type: 'string' },
    'at-least': { type: 'string', default: '95' },
    only: { type: 'string' },
    compacted: { type: 'boolean' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const [file] = positionals;
if (file === undefined || values.help) {
  process.stderr.write(`${usage}\n`);
  process.exit(values.help ? 0 : 2);
}

const steps = await readRecording(file);
const compacted = values.compacted ?? basename(file).startsWith('expired');
const cluster =
  values.server === undefined
    ? await startCluster({ tokens: conformanceTokens, controllers: 'api-server' })
    : undefined;
if (compacted) cluster?.compact();

const results: StepResult[] = [];
for await (const result of replay(steps, values.server ?? cluster?.url ?? '')) {
  results.push(result);
  if (!values.json && shown(result)) printDifferences(result);
}
await cluster?.stop();

const agree = results.filter((result) => result.differences.length === 0).length;
if (values.json) {
  const differing = results
    .filter((result) => result.differences.length > 0)
    .map(({ step, differences }) => ({ name: step.name, group: step.group, differences }));
  process.stdout.write(`${JSON.stringify({ file, steps: results.length, agree, differing })}\n`);
}
process.stdout.write(values.json ? '' : `${agree} of ${results.length} agree\n`);
process.exit((agree * 100) / Math.max(1, results.length) >= Number(values['at-least']) ? 0 : 1);

function shown(result: StepResult): boolean {
  return values.only === undefined || result.step.group === values.only;
}

function printDifferences({ step, differences }: StepResult): void {
  if (differences.length === 0) return;
  process.stdout.write(`${step.group}: ${step.name}\n`);
  for (const { path, recorded, observed } of differences.slice(0, maxShownPerStep)) {
    process.stdout.write(`  ${path}: recorded ${recorded}, observed ${observed}\n`);
  }
  const more = differences.length - maxShownPerStep;
  if (more > 0) process.stdout.write(`  and ${more} more\n`);
}
