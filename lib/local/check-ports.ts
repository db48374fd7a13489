import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * @throws before anything has been started when a port is in use, naming all of them
 */
export async function checkPorts(ports: readonly number[]): Promise<void> {
  const taken: number[] = [];
  for (const port of ports) if (!(await isFree(port))) taken.push(port);
  if (taken.length === 0) return;
  throw new Error(`Cannot start on port ${taken.join(', ')}: taken, choose others with --port-base N`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  server.listen(port);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
  server.close();
  await once(server, 'close');
  return true;
}
