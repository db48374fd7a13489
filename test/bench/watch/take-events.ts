import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A sink of its own process that acknowledges everything at once. */
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    response.writeHead(202).end();
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
});
