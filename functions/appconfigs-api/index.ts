import { runFunction } from '../../lib/runtime/run-function.ts';
import { configSchema } from './config.ts';
import { startAppconfigsApi } from './start-appconfigs-api.ts';

await runFunction({
  name: 'appconfigs-api',
  schema: configSchema,
  environment: process.env,
  start: (start) => startAppconfigsApi(start, process.env),
});
