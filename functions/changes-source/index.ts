import { runFunction } from '../../lib/runtime/run-function.ts';
import { changesSourceConfig } from './config.ts';
import { startChangesSource } from './start-changes-source.ts';

await runFunction({
  name: 'changes-source',
  schema: changesSourceConfig,
  environment: process.env,
  start: startChangesSource,
});
