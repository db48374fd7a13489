import { X509Certificate } from 'node:crypto';

/** Who a client certificate says its holder is, as the API server reads it. */
export type CertificateHolder = {
  readonly username: string;
  readonly groups: readonly string[];
  readonly expiresAtMs: number;
};

const clientAuth = '1.3.6.1.5.5.7.3.2';
const maxChainLength = 5;

/**
 * The holder of a client certificate: its common name is the user, its organizations are the groups (Kubernetes
 * documentation, "X509 client certificates"). It counts only where one of the cluster's own authorities signed it, at
 * once or through certificates of the same file: whoever may write a secret could put any other there.
 * @param pem the certificate, and those between it and an authority
 * @param authorities PEM certificates
 * @returns `undefined` for a certificate that the API server would not take
 */
export function clientCertificateHolder(
  pem: string,
  authorities: string,
  nowMs: number,
): CertificateHolder | undefined {
  const chain = certificatesOf(pem);
  const trusted = certificatesOf(authorities);
  const [leaf] = chain ?? [];
  if (chain === undefined || trusted === undefined || leaf === undefined) return undefined;
  if (!isSignedBy(chain, trusted, nowMs) || leaf.keyUsage?.includes(clientAuth) !== true) return undefined;
  const { CN: name, O: organizations } = leaf.toLegacyObject().subject as Subject;
  if (typeof name !== 'string' || name === '') return undefined;
  return {
    username: name,
    groups: organizations === undefined ? [] : [organizations].flat(),
    expiresAtMs: leaf.validToDate.getTime(),
  };
}

/** Node gives a list where a part occurs several times. */
type Subject = { readonly CN?: string | readonly string[]; readonly O?: string | readonly string[] };

function isSignedBy(
  chain: readonly X509Certificate[],
  trusted: readonly X509Certificate[],
  nowMs: number,
): boolean {
  let current = chain[0];
  const between = chain.slice(1);
  for (let length = 0; current !== undefined && length < maxChainLength; length += 1) {
    const certificate = current;
    if (!isValidAt(certificate, nowMs)) return false;
    const signedIt = (authority: X509Certificate) => authority.ca && isSigned(certificate, authority);
    if (trusted.some((authority) => isValidAt(authority, nowMs) && signedIt(authority))) return true;
    current = between.find((candidate) => candidate !== certificate && signedIt(candidate));
  }
  return false;
}

function isSigned(certificate: X509Certificate, authority: X509Certificate): boolean {
  return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}

function isValidAt(certificate: X509Certificate, nowMs: number): boolean {
  return certificate.validFromDate.getTime() <= nowMs && nowMs < certificate.validToDate.getTime();
}

function certificatesOf(pem: string): X509Certificate[] | undefined {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.slice(0, 100).map((block) => new X509Certificate(block));
  } catch {
    // No certificate; what OpenSSL says of it helps nobody.
    return undefined;
  }
}
