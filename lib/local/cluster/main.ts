import { mkdirSync, writeFileSync } from 'node:fs';
import { inspect, parseArgs } from 'node:util';

import { conformanceTokens } from './conformance-tokens.ts';
import { liveDemo } from './demo/live-demo.ts';
import { loadTokens } from './load-tokens.ts';
import { startCluster } from './start-cluster.ts';

const usage = `node lib/local/cluster/main.ts [options]

A Kubernetes API double for development and tests, as a process of its own.

  --port N           where it listens; 0, the default, takes a free port
  --host ADDRESS     default 127.0.0.1
  --data DIR         keeps the cluster there; a second start finds it again
  --kubeconfig FILE  writes a kubeconfig there
  --user NAME        whose kubeconfig it is: admin (default), alice or bob
  --demo             a small living workload
  --fixed-tokens     the tokens admin-token, alice-token and bob-token instead of random ones
  --no-tls           plain HTTP, where kubectl sends no tokens
  --faults-token T   lets whoever has this token switch faults on at POST /kubemirror-faults`;

const { values } = parseArgs({
  allowNegative: true,
  options: {
    port: { type: 'string', default: '0' },
    host: { type: 'string', default: '127.0.0.1' },
    data: { type: 'string' },
    kubeconfig: { type: 'string' },
    user: { type: 'string', default: 'admin' },
    demo: { type: 'boolean', default: false },
    'fixed-tokens': { type: 'boolean', default: false },
    tls: { type: 'boolean', default: true },
    'faults-token': { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(`${usage}\n`);
  process.exit(0);
}

if (values.data !== undefined) mkdirSync(values.data, { recursive: true, mode: 0o700 });
const tokens = values['fixed-tokens'] ? conformanceTokens : loadTokens(values.data);
if (!/^\d{1,5}$/.test(values.port)) fail(`Cannot listen on port "${values.port}": expected a number`);
const cluster = await startCluster({
  port: Number(values.port),
  host: values.host,
  tls: values.tls,
  tokens,
  ...(values.data === undefined ? {} : { dataDir: values.data }),
  ...(values['faults-token'] === undefined ? {} : { faultsToken: values['faults-token'] }),
}).catch((error: unknown) => fail(error instanceof Error ? error.message : inspect(error)));
if (values.kubeconfig !== undefined) {
  writeFileSync(values.kubeconfig, cluster.kubeconfig(values.user), { mode: 0o600 });
}
const endDemo = values.demo
  ? await liveDemo(cluster, tokens, (error) => process.stderr.write(`Demo: ${inspect(error)}\n`))
  : undefined;
process.stdout.write(`${cluster.url}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stop().then(() => process.exit(0)));
}

async function stop(): Promise<void> {
  await endDemo?.();
  await cluster.stop();
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
