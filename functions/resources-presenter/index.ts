import { runFunction } from '../../lib/runtime/run-function.ts';
import { configSchema } from './config.ts';
import { startResourcesPresenter } from './start-resources-presenter.ts';

await runFunction({
  name: 'resources-presenter',
  schema: configSchema,
  environment: process.env,
  start: (start) => startResourcesPresenter(start, process.env),
});
