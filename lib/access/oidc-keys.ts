import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import type { ReadOverTls } from './read-over-tls.ts';

/** Where an issuer's keys are is asked again after this, and after a failure. */
const discoveryTtlMs = 3_600_000;
const discoveryRetryMs = 5_000;

/** A key that is not known makes the set be read again, but not for every forged token. */
const cooldownMs = 30_000;
const keysTtlMs = 600_000;

const discoverySchema = z.object({
  issuer: z.string(),
  jwks_uri: z.url({ protocol: /^https$/ }),
});

/** The issuer cannot be asked for its keys now, so nothing can be said about a token. */
export class KeysUnavailableError extends Error {
  override name = 'KeysUnavailableError';
}

/**
 * Keys of an OpenID Connect issuer, found as OpenID Connect Discovery 1.0 says, read when they are needed and again
 * when a token names one that is not known: issuers rotate them.
 * @throws KeysUnavailableError from the returned function
 */
export function createOidcKeys(options: {
  readonly issuer: string;
  readonly read: ReadOverTls;
  readonly now: () => number;
}): () => Promise<JWTVerifyGetKey> {
  const { issuer, read, now } = options;
  let known: { keys: Promise<JWTVerifyGetKey>; validUntilMs: number } | undefined;

  const discover = async (): Promise<JWTVerifyGetKey> => {
    const text = await tryRead(read, `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    const document = discoverySchema.safeParse(parseJson(text));
    if (!document.success) throw new KeysUnavailableError('the discovery document has no issuer or jwks_uri');
    if (document.data.issuer !== issuer) {
      throw new KeysUnavailableError(
        `the discovery document is of issuer ${JSON.stringify(document.data.issuer)}, expected ${JSON.stringify(issuer)}`,
      );
    }
    return createRemoteJWKSet(new URL(document.data.jwks_uri), {
      cooldownDuration: cooldownMs,
      cacheMaxAge: keysTtlMs,
      [customFetch]: async (url, { signal }) => new Response(await tryRead(read, url, signal)),
    });
  };

  return () => {
    if (known !== undefined && now() < known.validUntilMs) return known.keys;
    const entry = { keys: discover(), validUntilMs: now() + discoveryTtlMs };
    known = entry;
    entry.keys.catch(() => {
      entry.validUntilMs = now() + discoveryRetryMs;
    });
    return entry.keys;
  };
}

async function tryRead(read: ReadOverTls, url: string, signal?: AbortSignal): Promise<string> {
  try {
    return await read(url, signal);
  } catch (cause) {
    throw new KeysUnavailableError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
