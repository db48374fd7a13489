import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/**
 * Hands connections to several ports of this machine in turn, as a Service of Kubernetes does: it knows nothing of
 * HTTP, and a connection to a process that is gone fails as it does there.
 */
export async function balanceConnections(
  port: number,
  targets: readonly number[],
): Promise<{ readonly stop: () => Promise<void> }> {
  const open = new Set<Socket>();
  let turn = 0;
  const server = createServer((near) => {
    const far = connect(targets[turn++ % targets.length] ?? 0, '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket);
      // An error is followed by close, which takes the other side along.
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
