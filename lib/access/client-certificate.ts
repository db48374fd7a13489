import { X509Certificate } from 'node:crypto';

/** Who a client certificate says its holder is, as the API server reads it. */
export type CertificateHolder = {
  readonly username: string;
  readonly groups: readonly string[];
  readonly expiresAtMs: number;
};

/** Clusters have few authorities, also while they are exchanged. */
const maxCertificates = 100;

const clientAuth = '1.3.6.1.5.5.7.3.2';

/**
 * The holder of a client certificate: its common name is the user, its organizations are the groups (Kubernetes
 * documentation, "X509 client certificates"). It counts only where one of the cluster's own authorities signed it:
 * whoever may write a secret could put any other there. Certificates between the two are not followed, because the
 * cluster's own signers need none, and what an authority lets them sign would have to be checked for each.
 * @param pem the certificate; others after it are not looked at
 * @param authorities PEM certificates
 * @returns `undefined` for a certificate that the API server would not take
 */
export function clientCertificateHolder(
  pem: string,
  authorities: string,
  nowMs: number,
): CertificateHolder | undefined {
  const [leaf] = certificatesOf(pem);
  if (leaf === undefined || !isValidAt(leaf, nowMs)) return undefined;
  const isTrusted = certificatesOf(authorities).some(
    (authority) => isValidAt(authority, nowMs) && isSigned(leaf, authority),
  );
  if (!isTrusted || leaf.keyUsage?.includes(clientAuth) !== true) return undefined;
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

function isSigned(certificate: X509Certificate, authority: X509Certificate): boolean {
  return authority.ca && certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}

function isValidAt(certificate: X509Certificate, nowMs: number): boolean {
  return certificate.validFromDate.getTime() <= nowMs && nowMs < certificate.validToDate.getTime();
}

function certificatesOf(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.slice(0, maxCertificates).flatMap((block) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      // No certificate; what OpenSSL says of it helps nobody, and one bad authority shall not hide the others.
      return [];
    }
  });
}
