import { runFunction } from '../../lib/runtime/run-function.ts';
import { resourcesIngesterConfig } from './config.ts';
import { startResourcesIngester } from './start-resources-ingester.ts';

await runFunction({
  name: 'resources-ingester',
  schema: resourcesIngesterConfig,
  environment: process.env,
  start: startResourcesIngester,
});
