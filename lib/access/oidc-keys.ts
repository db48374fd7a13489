import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import type { ReadOverTls } from './read-over-tls.ts';

/** Keys are read again after this, so that a key which the issuer takes back stops counting. */
const freshMs = 600_000;

/** An issuer that is away keeps its users for so long: what it published before still tells who signed a token. */
const staleMs = 86_400_000;

/** A key that is not known makes the set be read again, but not for every forged token. */
const cooldownMs = 30_000;
/** Until the next try after one that failed. */
const retryMs = 5_000;

const discoverySchema = z.object({
  issuer: z.string(),
  jwks_uri: z.url({ protocol: /^https$/ }),
});

/** The issuer cannot be asked for its keys now, so nothing can be said about a token. */
export class KeysUnavailableError extends Error {
  override name = 'KeysUnavailableError';
}

/**
 * Keys of an OpenID Connect issuer, found as OpenID Connect Discovery 1.0 says, read when they are needed, again after
 * 10 minutes, and when a token names one that is not known: issuers rotate them. While the issuer is away, what was
 * read within a day is used.
 * @param options.onFailure gets why a set could not be read
 * @throws KeysUnavailableError from the returned function, and from the one that it resolves to
 */
export function createOidcKeys(options: {
  readonly issuer: string;
  readonly read: ReadOverTls;
  readonly now: () => number;
  readonly onFailure: (reason: string) => void;
}): () => Promise<JWTVerifyGetKey> {
  const { issuer, read, now } = options;
  let known: { readonly find: JWTVerifyGetKey; readonly readAtMs: number } | undefined;
  let failure: KeysUnavailableError | undefined;
  let triedAtMs = Number.NEGATIVE_INFINITY;
  let underWay: Promise<void> | undefined;

  /** One at a time; never throws, but leaves `failure`. */
  const refresh = (): Promise<void> => {
    triedAtMs = now();
    underWay ??= readKeys(issuer, read)
      .then((find) => {
        known = { find, readAtMs: now() };
        failure = undefined;
      })
      .catch((cause: unknown) => {
        failure = new KeysUnavailableError(cause instanceof Error ? cause.message : String(cause), { cause });
        options.onFailure(failure.message);
      })
      .finally(() => {
        underWay = undefined;
      });
    return underWay;
  };
  const mayTry = (pauseMs: number): boolean =>
    underWay !== undefined || now() - triedAtMs >= (failure === undefined ? pauseMs : retryMs);

  const find: JWTVerifyGetKey = async (header, token) => {
    try {
      return await (known as NonNullable<typeof known>).find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      if (mayTry(cooldownMs)) await refresh();
      // It may be a new one.
      if (failure !== undefined) throw failure;
      return (known as NonNullable<typeof known>).find(header, token);
    }
  };

  return async () => {
    const ageMs = known === undefined ? Number.POSITIVE_INFINITY : now() - known.readAtMs;
    if (ageMs >= freshMs && mayTry(0)) {
      const refreshed = refresh();
      if (ageMs >= staleMs) await refreshed;
    }
    if (known === undefined || now() - known.readAtMs >= staleMs) {
      throw failure ?? new KeysUnavailableError('its keys are not read yet');
    }
    return find;
  };
}

async function readKeys(issuer: string, read: ReadOverTls): Promise<JWTVerifyGetKey> {
  const text = await read(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  const document = discoverySchema.safeParse(parseJson(text));
  if (!document.success) {
    throw new Error('the discovery document names no issuer or no https address of its keys');
  }
  if (document.data.issuer !== issuer) {
    throw new Error(
      `the discovery document is of issuer ${JSON.stringify(document.data.issuer)}, expected ${JSON.stringify(issuer)}`,
    );
  }
  // The set's own form is checked by what it is given to.
  return createLocalJWKSet(parseJson(await read(document.data.jwks_uri)) as JSONWebKeySet);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
