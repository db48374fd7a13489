import { runFunction } from '../../lib/runtime/run-function.ts';
import { eventsWatcherConfig } from './config.ts';
import { functionName } from './handler.ts';
import { startEventsWatcher } from './start-watcher.ts';

await runFunction({
  name: functionName,
  schema: eventsWatcherConfig,
  environment: process.env,
  start: (start) => startEventsWatcher(start, process.env),
});
