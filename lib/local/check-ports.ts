import { isPortFree } from './is-port-free.ts';

/**
 * @throws before anything has been started when a port is in use, naming all of them
 */
export async function checkPorts(ports: readonly number[]): Promise<void> {
  const taken: number[] = [];
  for (const port of ports) if (!(await isPortFree(port))) taken.push(port);
  if (taken.length === 0) return;
  throw new Error(`Cannot start on port ${taken.join(', ')}: taken, choose others with --port-base N`);
}
