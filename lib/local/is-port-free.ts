import { once } from 'node:events';
import { createServer } from 'node:net';

/** Whether somebody could listen on the port now, on all addresses. */
export async function isPortFree(port: number): Promise<boolean> {
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
