/** A position in the write-ahead log, a byte offset of 64 bits. 0 means none. */
export type Lsn = bigint;

/** PostgreSQL's own text, such as `0/16B3748`. */
export function formatLsn(lsn: Lsn): string {
  return `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffff_ffffn).toString(16).toUpperCase()}`;
}

/** Sixteen hexadecimal digits: sorts as text, and has no slash that would split an event id. */
export function formatLsnKey(lsn: Lsn): string {
  return lsn.toString(16).padStart(16, '0');
}

/** @throws SyntaxError for anything but `X/X` with up to eight hexadecimal digits each */
export function parseLsn(text: string): Lsn {
  const match = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/.exec(text);
  if (match === null) throw new SyntaxError(`Cannot read LSN: "${text}", expected a text such as 0/16B3748`);
  return (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`);
}
