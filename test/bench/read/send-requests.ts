import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Load generator, a process of its own: requests at a steady rate, whether or not earlier ones were answered. A
 * latency is from when a request was due to the last byte of its answer, so that a stall counts for all that it
 * holds up. Prints one line of JSON; `stolen_ms` is what the host took from this virtual machine meanwhile.
 */
const url = process.env['BENCH_URL'] ?? '';
const authorization = `Bearer ${process.env['BENCH_TOKEN']}`;
const perSecond = Number(process.env['BENCH_PER_SECOND']);
const warmUpSeconds = Number(process.env['BENCH_WARM_UP_SECONDS']);
const seconds = Number(process.env['BENCH_SECONDS']);

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const startAtMs = performance.now() + 100;
const warmUp = warmUpSeconds * perSecond;
const stolenBeforeMs = stolenMs();
const answers = await Promise.all(
  Array.from({ length: warmUp + seconds * perSecond }, async (_, index) => {
    const dueAtMs = startAtMs + (index * 1_000) / perSecond;
    await delay(dueAtMs - performance.now());
    return { bytes: await get(), ms: performance.now() - dueAtMs };
  }),
);
agent.destroy();

const measured = answers.slice(warmUp);
const latenciesMs = measured.map(({ ms }) => ms).sort((a, b) => a - b);
const quantile = (q: number) => latenciesMs[Math.ceil(q * latenciesMs.length) - 1];
process.stdout.write(
  `${JSON.stringify({
    p50_ms: quantile(0.5),
    p99_ms: quantile(0.99),
    max_ms: quantile(1),
    bytes: measured.at(-1)?.bytes,
    stolen_ms: stolenMs() - stolenBeforeMs,
  })}\n`,
);

function get(): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, headers: { authorization } }, (answer) => {
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      answer.once('error', reject);
      answer.once('end', () => {
        if (answer.statusCode === 200) resolve(bytes);
        else reject(new Error(`Cannot go on: answer ${answer.statusCode}, expected 200`));
      });
    });
    sent.once('error', reject);
    sent.end();
  });
}

/** Over all cores, in steps of 10 ms; 0 where the system does not say. */
function stolenMs(): number {
  try {
    return Number(/^cpu +(?:\d+ ){7}(\d+)/.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? 0) * 10;
  } catch {
    return 0;
  }
}
