import { wireBytes } from './wire-bytes.ts';
import { readFields, WireError } from './wire-reader.ts';

/** What stands before every object that Kubernetes encodes so. */
const magic = Buffer.from('k8s\0');

/** The envelope of an object: what it says to be, and its message. */
export type ProtobufEnvelope = {
  /** Empty where the sender left it to the URL. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly message: Buffer;
};

/**
 * Opens the envelope (`runtime.Unknown`). Its content type and encoding are not asked, as the API server does
 * not ask them either.
 * @throws WireError for other bytes
 */
export function openProtobuf(body: Buffer): ProtobufEnvelope {
  if (body.length === 0) throw new WireError('empty data');
  if (!body.subarray(0, magic.length).equals(magic)) {
    throw new WireError(
      `provided data does not appear to be a protobuf message, expected prefix [${magic.join(' ')}]`,
    );
  }
  if (body.length === magic.length) throw new WireError('empty body');
  let type = { apiVersion: '', kind: '' };
  let message: Buffer = Buffer.alloc(0);
  for (const field of readFields(body.subarray(magic.length))) {
    if (field.number === 1) type = readTypeMeta(wireBytes(field));
    if (field.number === 2) message = wireBytes(field);
  }
  return { ...type, message };
}

function readTypeMeta(bytes: Buffer): { readonly apiVersion: string; readonly kind: string } {
  let [apiVersion, kind] = ['', ''];
  for (const field of readFields(bytes)) {
    if (field.number === 1) apiVersion = wireBytes(field).toString();
    if (field.number === 2) kind = wireBytes(field).toString();
  }
  return { apiVersion, kind };
}
