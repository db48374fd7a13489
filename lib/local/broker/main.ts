import { parseArgs } from 'node:util';
import { createLog } from '../../runtime/log.ts';
import { parseBrokerFaults } from './broker-faults.ts';
import { startBroker } from './start-broker.ts';

const usage = `node lib/local/broker/main.ts --manifests FOLDER [options]
  --port N             default: any free port
  --host ADDRESS       default 127.0.0.1
  --service NAME=URL   where a Service of the manifests is; repeatable
  --profile NAME       imc-sync (default), imc-async, kafka-unordered[:50], kafka-ordered[:10], rabbit[:1], jetstream[:1]
  --faults LIST        such as duplicate=0.1,dropAnswer=0.05,maxDelayMs=50,reorderWindow=20
  --data FOLDER        keep accepted events across restarts, in profiles whose brokers do
  --no-pings           PingSources do not fire
  --debug
Prints one line of JSON with its url once it is ready.`;

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    host: { type: 'string', default: '127.0.0.1' },
    manifests: { type: 'string' },
    service: { type: 'string', multiple: true, default: [] },
    profile: { type: 'string', default: 'imc-sync' },
    faults: { type: 'string', default: '' },
    data: { type: 'string' },
    'no-pings': { type: 'boolean', default: false },
    debug: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help || values.manifests === undefined) {
  process.stdout.write(`${usage}\n`);
  process.exit(values.help ? 0 : 1);
}

try {
  const broker = await startBroker({
    port: Number(values.port),
    host: values.host,
    manifests: values.manifests,
    services: Object.fromEntries(values.service.map(parseService)),
    profile: values.profile,
    faults: parseBrokerFaults(values.faults),
    dataDir: values.data,
    pings: !values['no-pings'],
    log: createLog({ functionName: 'development-broker', debug: values.debug }),
  });
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.once(name, () => {
      void broker.stop().then(() => process.exit(0));
    });
  }
  process.stdout.write(`${JSON.stringify({ url: broker.url, profile: values.profile })}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

function parseService(text: string): readonly [string, string] {
  const [, name, url] = /^([^=]+)=(https?:\/\/.+)$/.exec(text) ?? [];
  if (name === undefined || url === undefined) {
    throw new TypeError(`Cannot use --service "${text}", expected NAME=http://…`);
  }
  return [name, url];
}
