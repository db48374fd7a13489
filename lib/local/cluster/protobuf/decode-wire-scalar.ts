import type { ScalarType } from '../schemas/schema-node.ts';
import { wireBytes } from './wire-bytes.ts';
import { wireInteger } from './wire-integer.ts';
import { readFields, WireError, type WireValue } from './wire-reader.ts';

/**
 * A scalar as JSON shows it. Times, quantities and `IntOrString` are messages of their own on the wire.
 * @throws WireError for a value that the type cannot have
 */
export function decodeWireScalar(wire: WireValue, scalar: ScalarType): unknown {
  switch (scalar) {
    case 'boolean':
      return wireInteger(wire) !== 0n;
    case 'int32':
      return Number(BigInt.asIntN(32, wireInteger(wire)));
    case 'int64':
      return Number(wireInteger(wire));
    case 'number':
      if (wire.kind === 'fixed') return wire.value;
      throw new WireError(`proto: field ${wire.number} is no number of fixed length, expected one`);
    case 'string':
      return wireBytes(wire).toString();
    case 'bytes':
      return wireBytes(wire).toString('base64');
    case 'time':
    case 'microTime':
      return decodeTime(wireBytes(wire), scalar);
    case 'quantity':
      return firstText(wireBytes(wire));
    case 'intOrString':
      return decodeIntOrString(wireBytes(wire));
  }
}

/** The beginning of year 1, which is Go's time that is not set. */
const zeroTimeSeconds = -62_135_596_800n;
/** The end of year 9999: RFC 3339 has no later one. */
const lastTimeSeconds = 253_402_300_799n;
const nanosPerSecond = 1_000_000_000n;

function decodeTime(message: Buffer, scalar: 'time' | 'microTime'): string | null {
  // A time that is not set is a message without fields.
  if (message.length === 0) return null;
  let [seconds, nanos] = [0n, 0n];
  for (const wire of readFields(message)) {
    if (wire.number === 1) seconds = wireInteger(wire);
    if (wire.number === 2) nanos = wireInteger(wire);
  }
  if (seconds === zeroTimeSeconds && nanos === 0n) return null;
  const inRange = seconds >= zeroTimeSeconds && seconds <= lastTimeSeconds;
  if (!inRange || nanos < 0n || nanos >= nanosPerSecond) {
    throw new WireError('Time.MarshalJSON: year outside of range [0,9999]');
  }
  const whole = new Date(Number(seconds) * 1_000).toISOString().slice(0, 19);
  const micros = String(nanos / 1_000n).padStart(6, '0');
  return scalar === 'time' ? `${whole}Z` : `${whole}.${micros}Z`;
}

function decodeIntOrString(message: Buffer): string | number {
  let [isText, number, text] = [false, 0, ''];
  for (const wire of readFields(message)) {
    if (wire.number === 1) isText = wireInteger(wire) === 1n;
    if (wire.number === 2) number = Number(BigInt.asIntN(32, wireInteger(wire)));
    if (wire.number === 3) text = wireBytes(wire).toString();
  }
  return isText ? text : number;
}

/**
 * Free-form JSON: the first field of a message (`FieldsV1`, `RawExtension`, the `JSON` of schemas) has it as text.
 * @throws WireError for other text
 */
export function decodeEmbeddedJson(wire: WireValue): unknown {
  const text = firstText(wireBytes(wire));
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new WireError(`proto: field ${wire.number} has no JSON in it, expected some`, { cause: error });
    }
    throw error;
  }
}

function firstText(message: Buffer): string {
  let text = '';
  for (const wire of readFields(message)) if (wire.number === 1) text = wireBytes(wire).toString();
  return text;
}
