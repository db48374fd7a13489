import { runFunction } from '../../lib/runtime/run-function.ts';
import { eventsIngesterConfig } from './config.ts';
import { startEventsIngester } from './start-events-ingester.ts';

await runFunction({
  name: 'events-ingester',
  schema: eventsIngesterConfig,
  environment: process.env,
  start: startEventsIngester,
});
