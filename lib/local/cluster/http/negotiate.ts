import { notAcceptable } from './status-error.ts';

/** How an answer is to be written. */
export type Negotiated = {
  readonly encoding: 'json' | 'yaml';
  /** Transformation that was asked for, with the version of meta.k8s.io that the answer must carry. */
  readonly as: 'object' | 'table' | 'metadata';
  readonly metaVersion: 'v1' | 'v1beta1';
  readonly pretty: boolean;
};

const plain: Negotiated = { encoding: 'json', as: 'object', metaVersion: 'v1', pretty: false };

/** Media types by what they write; answers are never protobuf: whoever sends it takes JSON, too. */
const encodings: Readonly<Record<string, 'json' | 'yaml'>> = {
  'application/json': 'json',
  'application/yaml': 'yaml',
  '*/*': 'json',
  'application/*': 'json',
};

/** What the answer to a request may be transformed into. */
export type Transformable = 'one' | 'list' | 'none';

/**
 * Chooses the first acceptable clause of an Accept header, as the API server does: clauses are ordered by `q`,
 * unknown parameters are ignored, a transformation that does not fit the request makes its clause unacceptable.
 * @throws StatusError 406 when nothing fits
 */
export function negotiate(accept: string | undefined, transformable: Transformable): Negotiated {
  if (accept === undefined || accept.trim() === '') return plain;
  for (const { type, parameters } of clausesOf(accept)) {
    const encoding = encodings[type];
    if (encoding === undefined) continue;
    const as = transformation(parameters, transformable);
    if (as === undefined) continue;
    return {
      encoding,
      as,
      metaVersion: parameters.get('v') === 'v1beta1' ? 'v1beta1' : 'v1',
      pretty: parameters.get('pretty') === '1',
    };
  }
  throw notAcceptable(acceptedTypes);
}

/** The server's own words; that protobuf is not among what is written here is no use to anybody. */
const acceptedTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

function transformation(
  parameters: ReadonlyMap<string, string>,
  transformable: Transformable,
): Negotiated['as'] | undefined {
  const as = parameters.get('as');
  if (as === undefined) return 'object';
  const version = parameters.get('v');
  if (transformable === 'none' || parameters.get('g') !== 'meta.k8s.io') return undefined;
  if (version !== 'v1' && version !== 'v1beta1') return undefined;
  if (as === 'Table') return 'table';
  if (as === 'PartialObjectMetadata' && transformable === 'one') return 'metadata';
  if (as === 'PartialObjectMetadataList' && transformable === 'list') return 'metadata';
  return undefined;
}

export type AcceptClause = { readonly type: string; readonly parameters: ReadonlyMap<string, string> };

/** Clauses of an Accept header, the wanted ones first. */
export function clausesOf(accept: string): readonly AcceptClause[] {
  return accept
    .split(',')
    .map((clause) => {
      const [type = '', ...rest] = clause.split(';').map((part) => part.trim());
      const parameters = new Map(
        rest.map((part): [string, string] => {
          const equals = part.indexOf('=');
          return equals === -1 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
        }),
      );
      return { type: type.toLowerCase(), parameters };
    })
    .filter((clause) => clause.type !== '')
    .sort((a, b) => quality(b) - quality(a));
}

function quality(clause: AcceptClause): number {
  const text = clause.parameters.get('q');
  const value = text === undefined ? 1 : Number(text);
  return Number.isNaN(value) ? 1 : value;
}
