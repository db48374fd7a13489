import { WireError, type WireValue } from './wire-reader.ts';

/** The integer of a field, as it is signed. @throws WireError for anything else */
export function wireInteger(wire: WireValue): bigint {
  if (wire.kind === 'varint') return wire.value;
  throw new WireError(`proto: field ${wire.number} is no integer, expected one`);
}
