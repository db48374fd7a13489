import { runFunction } from '../../lib/runtime/run-function.ts';
import { configSchema } from './config.ts';
import { startEventsPresenter } from './start-events-presenter.ts';

await runFunction({
  name: 'events-presenter',
  schema: configSchema,
  environment: process.env,
  start: (start) => startEventsPresenter(start, process.env),
});
