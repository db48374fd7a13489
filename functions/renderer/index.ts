import { runFunction } from '../../lib/runtime/run-function.ts';
import { rendererConfig } from './config.ts';
import { startRenderer } from './start-renderer.ts';

await runFunction({
  name: 'renderer',
  schema: rendererConfig,
  environment: process.env,
  start: (start) => startRenderer(start, process.env),
});
