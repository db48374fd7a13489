import { createServer } from 'node:http';

/**
 * A sink that accepts at once: answers 202 to every POST and keeps how long after its commit each change came.
 * `GET /` tells, `DELETE /` forgets.
 */
let arrivals = 0;
let firstAtMs = 0;
let lastAtMs = 0;
let delaysMs: number[] = [];
const byOperation: Record<string, number> = {};
// As for the delays: not a million of them.
const distinct = new Set<string>();
const maxDistinct = 200_000;

const server = createServer((request, response) => {
  if (request.method === 'POST') {
    request.resume();
    request.on('end', () => {
      response.writeHead(202).end();
      const now = performance.timeOrigin + performance.now();
      const operation = String(request.headers['ce-operation']);
      byOperation[operation] = (byOperation[operation] ?? 0) + 1;
      if (arrivals === 0) firstAtMs = now;
      arrivals += 1;
      if (distinct.size < maxDistinct) distinct.add(String(request.headers['ce-id']));
      lastAtMs = now;
      // Enough for every percentile that is asked for; a million numbers would be this process's own memory.
      if (delaysMs.length < 200_000) delaysMs.push(now - Date.parse(String(request.headers['ce-time'])));
    });
    return;
  }
  if (request.method === 'DELETE') {
    arrivals = 0;
    delaysMs = [];
    distinct.clear();
  }
  delaysMs.sort((a, b) => a - b);
  const percentile = (share: number) => delaysMs[Math.floor(share * (delaysMs.length - 1))] ?? 0;
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({
      arrivals,
      distinct: distinct.size,
      seconds: (lastAtMs - firstAtMs) / 1_000,
      p50_ms: percentile(0.5),
      p99_ms: percentile(0.99),
      byOperation,
    }),
  );
});
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  process.stdout.write(`${JSON.stringify({ port })}\n`);
});
