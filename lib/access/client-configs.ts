import { z } from 'zod';
import type { KubernetesAnswer, KubernetesRequest } from '../core/kubernetes-request.ts';
import { resourcePath } from '../core/resource-path.ts';
import { shareInFlight } from '../core/share-in-flight.ts';
import { createTtlCache } from '../core/ttl-cache.ts';
import { type CertificateHolder, clientCertificateHolder } from './client-certificate.ts';

export type ClientConfig =
  | { readonly kind: 'holder'; readonly holder: CertificateHolder }
  /** There is none that the cluster would take for this user; the reason may be shown to the client. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Could not be read now; the reason is for the log. */
  | { readonly kind: 'unavailable'; readonly reason: string };

/** The identity that the cluster knows a user by. */
export type FindClientConfig = (username: string) => Promise<ClientConfig>;

/** A secret that is taken away stops working within this. */
const ttlMs = 3_000;
const authoritiesTtlMs = 600_000;
const maxEntries = 10_000;
const timeoutMs = 5_000;

const secretSchema = z.object({ data: z.object({ 'client-certificate-data': z.string().optional() }) });
const authoritiesSchema = z.object({ data: z.object({ 'client-ca-file': z.string() }) });

/**
 * Reads the secrets in which Krateo's authn keeps each user's credentials for the cluster, `<user>-clientconfig`. Names
 * of secrets cannot tell all users apart, so what counts is the certificate's own subject. Of the secret's content only
 * the certificate is looked at; the key beside it is never used.
 */
export function createClientConfigs(options: {
  readonly request: KubernetesRequest;
  readonly namespace: string;
  readonly now: () => number;
}): FindClientConfig {
  const { request, namespace, now } = options;
  const known = createTtlCache<ClientConfig>({ maxEntries, now });
  let authorities: { readonly pem: string; readonly validUntilMs: number } | undefined;

  const readAuthorities = async (): Promise<string> => {
    if (authorities !== undefined && now() < authorities.validUntilMs) return authorities.pem;
    const path = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';
    const answer = await request({ method: 'GET', path, timeoutMs });
    const { data } = authoritiesSchema.parse(expectFound(answer, path));
    authorities = { pem: data['client-ca-file'], validUntilMs: now() + authoritiesTtlMs };
    return authorities.pem;
  };
  const read = async (username: string): Promise<ClientConfig> => {
    const name = secretNameOf(username);
    if (name === undefined) return refusedFor(username);
    const path = resourcePath({ group: '', version: 'v1', resource: 'secrets' }, { namespace, name });
    const answer = await request({ method: 'GET', path, timeoutMs });
    if (answer.status === 404) return refusedFor(username);
    const secret = secretSchema.safeParse(expectFound(answer, path));
    const encoded = secret.success ? secret.data.data['client-certificate-data'] : undefined;
    if (encoded === undefined) return refusedFor(username);
    const holder = clientCertificateHolder(pemOf(encoded), await readAuthorities(), now());
    return holder?.username === username ? { kind: 'holder', holder } : refusedFor(username);
  };

  return shareInFlight(
    async (username) => {
      const cached = known.get(username);
      if (cached !== undefined) return cached;
      try {
        const found = await read(username);
        known.set(username, found, ttlMs);
        return found;
      } catch (error) {
        // Schemas may quote what they refuse.
        const reason = error instanceof z.ZodError ? 'it has another form than expected' : String(error);
        return { kind: 'unavailable', reason: `client configurations cannot be read: ${reason}` };
      }
    },
    (username) => username,
  );
}

/** As Krateo derives it; different users may come to one name. `undefined` where nothing is left. */
export function secretNameOf(username: string): string | undefined {
  const name = username
    .toLowerCase()
    .replaceAll(/[^-a-z0-9]/g, '')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 63);
  return name === '' ? undefined : `${name}-clientconfig`;
}

/** Values of a Secret are base64; Krateo's are the base64 of a PEM text or, as in kubeconfigs, of its base64. */
function pemOf(encoded: string): string {
  const text = Buffer.from(encoded, 'base64').toString();
  return text.includes('-----BEGIN') ? text : Buffer.from(text, 'base64').toString();
}

function refusedFor(username: string): ClientConfig {
  return { kind: 'refused', reason: `no client configuration is valid for user ${JSON.stringify(username)}` };
}

function expectFound(answer: KubernetesAnswer, path: string): unknown {
  if (answer.status === 200) return answer.body;
  throw new Error(`Cannot read ${path}: answered with ${answer.status}, expected 200`);
}
