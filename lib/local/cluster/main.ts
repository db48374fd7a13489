import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import { conformanceTokens } from './conformance-tokens.ts';
import { startCluster } from './start-cluster.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    host: { type: 'string', default: '127.0.0.1' },
    /** Where the kubeconfig goes. */
    kubeconfig: { type: 'string' },
    /** Whose kubeconfig it is. */
    user: { type: 'string', default: 'admin' },
  },
});

const cluster = await startCluster({
  port: Number(values.port),
  host: values.host,
  tokens: conformanceTokens,
});
if (values.kubeconfig !== undefined) {
  await writeFile(values.kubeconfig, cluster.kubeconfig(values.user), { mode: 0o600 });
}
process.stdout.write(`${cluster.url}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void cluster.stop().then(() => process.exit(0)));
}
