import { get } from 'node:https';

/** Discovery documents and key sets have some kilobytes. */
const maxBytes = 1024 * 1024;
const timeoutMs = 5_000;

/** Reads a small document of a server that the given authorities vouch for. */
export type ReadOverTls = (url: string, signal?: AbortSignal) => Promise<string>;

/**
 * A GET over TLS with authorities of its own, which Node's `fetch` cannot have. Follows no redirect, because the
 * document says who may sign tokens and only the configured address is trusted with that.
 * @param readAuthorities PEM certificates, asked for with every GET because they change hands while a process lives; the
 *   system's where undefined
 * @throws where there is no answer with 200 within 5 s and 1 MiB
 */
export function createReadOverTls(readAuthorities: (() => Promise<string>) | undefined): ReadOverTls {
  return async (url, signal = AbortSignal.timeout(timeoutMs)) => {
    try {
      return await read(url, await readAuthorities?.(), signal);
    } catch (cause) {
      throw new Error(`Cannot read ${url}: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      });
    }
  };
}

function read(url: string, ca: string | undefined, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      headers: { accept: 'application/json' },
      ...(ca === undefined ? {} : { ca }),
    };
    get(url, options, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      if (response.statusCode !== 200) {
        response.destroy();
        reject(new Error(`answered with ${response.statusCode}, expected 200`));
        return;
      }
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxBytes) response.destroy(new Error(`more than ${maxBytes} bytes`));
        else chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () => resolve(Buffer.concat(chunks).toString()));
    }).on('error', reject);
  });
}
