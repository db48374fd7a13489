import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { ClusterAccess } from './credentials.ts';

/** Kubelet refreshes a projected token at 80 % of its life; client-go reads it again every minute. */
const tokenMaxAgeMs = 60_000;

/**
 * Access with the pod's own service account, read from its files: client-node would cost 0.5 s and 85 MB of
 * memory for the same (it loads all its models), so it is loaded for kubeconfigs only.
 * @throws where the files of the service account cannot be read
 */
export async function serviceAccountAccess(options: {
  readonly host: string;
  readonly port: string;
  readonly folder: string;
  readonly nowMs: () => number;
}): Promise<ClusterAccess> {
  const file = (name: string) => join(options.folder, name);
  const read = async (name: string) => {
    try {
      return (await readFile(file(name), 'utf8')).trim();
    } catch (cause) {
      throw new Error(`Cannot read the service account's ${name}: expected a readable file ${file(name)}`, {
        cause,
      });
    }
  };
  let cached: { token: string; ca: string; readAtMs: number } | undefined;
  const load = async () => {
    if (cached === undefined || options.nowMs() - cached.readAtMs > tokenMaxAgeMs) {
      const [token, ca] = await Promise.all([read('token'), read('ca.crt')]);
      cached = { token, ca, readAtMs: options.nowMs() };
    }
    return cached;
  };
  await load();
  const host = isIPv6(options.host) ? `[${options.host}]` : options.host;
  return {
    serverUrl: `https://${host}:${options.port}`,
    namespace: await read('namespace'),
    credentials: {
      current: async () => {
        const { token, ca } = await load();
        return { headers: { authorization: `Bearer ${token}` }, tls: { ca } };
      },
      renew: async () => {
        cached = undefined;
        await load();
      },
    },
  };
}
