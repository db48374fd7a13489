import { parseExactJson } from '../../core/exact-json.ts';
import { parseArrayLiteral } from './parse-array-literal.ts';

/**
 * A column's text as the JSON value that `to_jsonb` would make of it, so that events are the same whichever
 * source read the change. Numbers keep every digit. Types that are not built in (enums, ranges, composites,
 * domains) and those without a JSON form stay text.
 * The text must come from a session with `sessionOptions` (see replication-session.ts): UTC, ISO dates.
 */
export function columnValue(typeOid: number, text: string): unknown {
  const convert = converters.get(typeOid);
  if (convert !== undefined) return convert(text);
  const elementOid = arrayElements.get(typeOid);
  if (elementOid === undefined) return text;
  return parseArrayLiteral(text, (element) => columnValue(elementOid, element));
}

const number = (text: string) => (/^-?(?:Inf|NaN)/.test(text) ? text : parseExactJson(text));
const dateTime = (text: string) => text.replace(' ', 'T').replace(/\+00(?= BC$|$)/, '+00:00');

const oid = {
  bool: 16,
  int8: 20,
  int2: 21,
  int4: 23,
  oid: 26,
  json: 114,
  float4: 700,
  float8: 701,
  timestamp: 1114,
  timestamptz: 1184,
  numeric: 1700,
  jsonb: 3802,
} as const;

const converters: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>(
  [
    [oid.bool, (text) => text === 't'],
    [oid.int2, Number],
    [oid.int4, Number],
    // to_jsonb writes an oid as text too.
    [oid.int8, number],
    [oid.float4, number],
    [oid.float8, number],
    [oid.numeric, number],
    [oid.json, parseExactJson],
    [oid.jsonb, parseExactJson],
    [oid.timestamp, dateTime],
    [oid.timestamptz, dateTime],
  ],
);

/** Array types of the catalog (`pg_type.typarray`) with their elements. */
const arrayElements: ReadonlyMap<number, number> = new Map([
  [1000, oid.bool],
  [1005, oid.int2],
  [1007, oid.int4],
  [1016, oid.int8],
  [1021, oid.float4],
  [1022, oid.float8],
  [1231, oid.numeric],
  [199, oid.json],
  [3807, oid.jsonb],
  [1115, oid.timestamp],
  [1185, oid.timestamptz],
  // text, varchar, bpchar, name, uuid, date, time, timetz, interval, bytea, inet, cidr, oid
  [1009, 25],
  [1015, 1043],
  [1014, 1042],
  [1003, 19],
  [2951, 2950],
  [1182, 1082],
  [1183, 1083],
  [1270, 1266],
  [1187, 1186],
  [1001, 17],
  [1041, 869],
  [651, 650],
  [1028, oid.oid],
]);
