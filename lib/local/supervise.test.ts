import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from './free-port.ts';
import { type Job, supervise } from './supervise.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubemirror-supervise-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const answering = `
import { createServer } from 'node:http';
const server = createServer((request, response) => {
  if (request.url === '/die') process.exit(7);
  response.end(String(process.pid));
}).listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => { console.log('asked to stop'); server.closeAllConnections(); server.close(); });
`;

async function job(script: string): Promise<Job & { url: string }> {
  const file = join(folder, 'job.mjs');
  writeFileSync(file, script);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = { PORT: String(port) };
  return { name: 'job', command: [file], environment, readyUrl: url, logFile: join(folder, 'job.log'), url };
}

const pidOf = async (url: string) => Number(await (await fetch(url)).text());

describe('supervise()', () => {
  it('starts a process, keeps its output, and stops it with SIGTERM', async () => {
    const it = await job(answering);
    const running = await supervise(it, { onRestart: () => {}, signal: new AbortController().signal });
    const pid = await pidOf(it.url);
    await running.stop();
    expect(readFileSync(it.logFile, 'utf8')).toContain('asked to stop');
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('starts it again when it ends by itself, and says so', async () => {
    const it = await job(answering);
    const restarted = Promise.withResolvers<string>();
    const running = await supervise(it, {
      onRestart: restarted.resolve,
      signal: new AbortController().signal,
    });
    const first = await pidOf(it.url);
    await fetch(`${it.url}/die`).catch(() => 'it died before it could answer');
    expect(await restarted.promise).toContain('code 7');
    await expect.poll(() => pidOf(it.url).catch(() => first), { timeout: 10_000 }).not.toBe(first);
    await running.stop();
  });

  it('fails with the log file named when it ends before it was ready', async () => {
    const it = await job('process.exit(3)');
    const start = supervise(it, { onRestart: () => {}, signal: new AbortController().signal });
    await expect(start).rejects.toThrow(`Cannot start job: it ended with code 3, see ${it.logFile}`);
  });

  it('leaves no process behind when the start is aborted', async () => {
    const it = await job(answering.replace('response.end', 'response.writeHead(503).end'));
    const aborting = new AbortController();
    const start = supervise(it, { onRestart: () => {}, signal: aborting.signal });
    let pid = Number.NaN;
    await expect
      .poll(async () => (pid = await pidOf(it.url).catch(() => Number.NaN)), { timeout: 10_000 })
      .toBeGreaterThan(0);
    aborting.abort();
    await expect(start).rejects.toThrow('abort');
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });
});
