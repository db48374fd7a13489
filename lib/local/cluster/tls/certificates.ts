import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { isIP } from 'node:net';

import {
  bitString,
  boolean,
  contextTag,
  derValue,
  generalizedTime,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  utf8String,
} from './der.ts';

/** A certificate and its private key, both PEM. */
export type KeyedCertificate = { readonly certificate: string; readonly privateKey: string };

type Subject = { readonly commonName: string; readonly organizations?: readonly string[] };

const validForMs = 10 * 365 * 86_400_000;
/** Clocks of clients may be a little behind. */
const validBeforeMs = 3_600_000;

const oid = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  subjectAltName: '2.5.29.17',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const;

/** A certificate authority of its own. Node makes keys but no certificates, and `openssl` is not everywhere. */
export function createAuthority(commonName: string, now: Date): KeyedCertificate {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = { commonName };
  // keyCertSign and cRLSign.
  const usage = bitString(Uint8Array.of(0b0000_0110), 1);
  return signed({
    subject,
    issuer: subject,
    signingKey: privateKey,
    key: privateKey,
    now,
    extensions: [
      extension(oid.basicConstraints, true, sequence(boolean(true))),
      extension(oid.keyUsage, true, usage),
    ],
  });
}

/** A server certificate for these host names and addresses. */
export function issueServerCertificate(
  authority: KeyedCertificate,
  hosts: readonly string[],
  now: Date,
): KeyedCertificate {
  const names = hosts.map((host) =>
    isIP(host) === 0 ? derValue(0x82, Buffer.from(host)) : derValue(0x87, addressBytes(host)),
  );
  return issue(authority, { commonName: 'kube-apiserver' }, now, [
    extension(oid.extendedKeyUsage, false, sequence(objectIdentifier(oid.serverAuth))),
    extension(oid.subjectAltName, false, sequence(...names)),
  ]);
}

/** A client certificate: the common name is the user, organizations are the groups. */
export function issueClientCertificate(
  authority: KeyedCertificate,
  subject: Subject,
  now: Date,
): KeyedCertificate {
  return issue(authority, subject, now, [
    extension(oid.extendedKeyUsage, false, sequence(objectIdentifier(oid.clientAuth))),
  ]);
}

function issue(
  authority: KeyedCertificate,
  subject: Subject,
  now: Date,
  extensions: readonly Buffer[],
): KeyedCertificate {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = authorityName(authority);
  // digitalSignature.
  const usage = extension(oid.keyUsage, true, bitString(Uint8Array.of(0b1000_0000), 7));
  return signed({
    subject,
    issuer,
    signingKey: createPrivateKey(authority.privateKey),
    key: privateKey,
    now,
    extensions: [extension(oid.basicConstraints, true, sequence()), usage, ...extensions],
  });
}

/** Authorities made here have a common name and nothing else. */
function authorityName(authority: KeyedCertificate): Subject {
  const { subject } = new X509Certificate(authority.certificate);
  const commonName = /^CN=(.*)$/m.exec(subject)?.[1];
  if (commonName === undefined) {
    throw new Error(`Cannot issue a certificate: the authority is "${subject}", expected a common name`);
  }
  return { commonName };
}

function signed(options: {
  readonly subject: Subject;
  readonly issuer: Subject;
  readonly signingKey: KeyObject;
  readonly key: KeyObject;
  readonly now: Date;
  readonly extensions: readonly Buffer[];
}): KeyedCertificate {
  const algorithm = sequence(objectIdentifier(oid.ecdsaWithSha256));
  const startMs = options.now.getTime() - validBeforeMs;
  const body = sequence(
    contextTag(0, integer(Uint8Array.of(2))),
    integer(randomBytes(16)),
    algorithm,
    nameOf(options.issuer),
    sequence(generalizedTime(new Date(startMs)), generalizedTime(new Date(startMs + validForMs))),
    nameOf(options.subject),
    createPublicKey(options.key).export({ type: 'spki', format: 'der' }),
    contextTag(3, sequence(...options.extensions)),
  );
  const signature = sign('sha256', body, options.signingKey);
  const certificate = sequence(body, algorithm, bitString(signature));
  return {
    certificate: pem('CERTIFICATE', certificate),
    privateKey: options.key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function nameOf({ commonName, organizations = [] }: Subject): Buffer {
  const part = (type: string, text: string) => setOf(sequence(objectIdentifier(type), utf8String(text)));
  return sequence(
    ...organizations.map((name) => part(oid.organization, name)),
    part(oid.commonName, commonName),
  );
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(objectIdentifier(id), ...(critical ? [boolean(true)] : []), octetString(value));
}

function addressBytes(address: string): Uint8Array {
  if (isIP(address) === 4) return Uint8Array.from(address.split('.').map(Number));
  const [head = '', tail = ''] = address.split('::');
  const words = (text: string) =>
    text
      .split(':')
      .filter((word) => word !== '')
      .map((word) => Number.parseInt(word, 16));
  const [before, after] = [words(head), words(tail)];
  const all = [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
  return Uint8Array.from(all.flatMap((word) => [word >> 8, word & 255]));
}

function pem(label: string, content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
