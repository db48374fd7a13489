import { runFunction } from '../../lib/runtime/run-function.ts';
import { resourcesWatcherConfig } from './config.ts';
import { functionName } from './handler.ts';
import { startResourcesWatcher } from './start-watcher.ts';

await runFunction({
  name: functionName,
  schema: resourcesWatcherConfig,
  environment: process.env,
  start: (start) => startResourcesWatcher(start, process.env),
});
