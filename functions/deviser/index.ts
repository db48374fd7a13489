import { runFunction } from '../../lib/runtime/run-function.ts';
import { deviserConfig } from './config.ts';
import { startDeviser } from './start-deviser.ts';

await runFunction({
  name: 'deviser',
  schema: deviserConfig,
  environment: process.env,
  start: startDeviser,
});
