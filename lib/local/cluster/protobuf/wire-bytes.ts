import { WireError, type WireValue } from './wire-reader.ts';

/** The message, text or bytes of a field. @throws WireError for a number */
export function wireBytes(wire: WireValue): Buffer {
  if (wire.kind === 'bytes') return wire.value;
  throw new WireError(`proto: field ${wire.number} is a number, expected bytes`);
}
