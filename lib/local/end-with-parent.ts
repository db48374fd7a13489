/**
 * Preloaded into every process that `npm start` runs: where the runner was killed without a chance to stop
 * its children, they end by themselves within a second instead of holding ports and data.
 */
const parent = process.ppid;

setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
}, 1_000).unref();
