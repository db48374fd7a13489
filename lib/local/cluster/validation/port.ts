import { type FieldProblem, invalid } from './field-problem.ts';

/** In the order in which the server lists them. */
export const protocols = ['SCTP', 'TCP', 'UDP'];

const maxNameBytes = 15;

/** `--service-node-port-range` of a server that was not told otherwise. */
export const nodePortRange = { lowest: 30_000, highest: 32_767 };

/** Problems of a port's number. */
export function portNumberProblems(field: string, port: unknown): FieldProblem[] {
  return Number(port) >= 1 && Number(port) <= 65_535
    ? []
    : [invalid(field, port ?? 0, 'must be between 1 and 65535, inclusive')];
}

/** Problems of a port's name, of which other objects speak in place of the number (RFC 6335, section 5.1). */
export function portNameProblems(field: string, name: string): FieldProblem[] {
  const texts: string[] = [];
  if (Buffer.byteLength(name) > maxNameBytes) texts.push(`must be no more than ${maxNameBytes} bytes`);
  if (!/^[-a-z0-9]+$/.test(name)) {
    texts.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(name)) texts.push('must contain at least one letter (a-z)');
  if (name.includes('--')) texts.push('must not contain consecutive hyphens');
  if (/^-|-$/.test(name)) texts.push('must not begin or end with a hyphen');
  return texts.map((text) => invalid(field, name, text));
}

/** Problems of a reference to a port, by number or name. */
export function portProblems(field: string, port: unknown): FieldProblem[] {
  return typeof port === 'string' ? portNameProblems(field, port) : portNumberProblems(field, port);
}
