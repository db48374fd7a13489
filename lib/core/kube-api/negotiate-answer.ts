/** How an answer of the Kubernetes read API is written. */
export type KubeAnswerForm = {
  readonly encoding: 'json' | 'yaml';
  /** `metadata` is PartialObjectMetadata or its list. */
  readonly as: 'object' | 'table' | 'metadata';
  readonly metaVersion: 'v1' | 'v1beta1';
};

/** What an Accept header asks of discovery. */
export type DiscoveryForm = 'plain' | 'v2' | 'v2beta1';

const encodings: Readonly<Record<string, 'json' | 'yaml'>> = {
  'application/json': 'json',
  'application/yaml': 'yaml',
  'application/*': 'json',
  '*/*': 'json',
};

/**
 * The first clause of an Accept header that can be served; `undefined` where none can. As the API server: clauses
 * with a transformation that does not fit are passed over. Protobuf is not served; whoever asks for it takes JSON,
 * too.
 */
export function negotiateAnswer(accept: string | null, subject: 'one' | 'list'): KubeAnswerForm | undefined {
  const plain: KubeAnswerForm = { encoding: 'json', as: 'object', metaVersion: 'v1' };
  if (accept === null || accept.trim() === '') return plain;
  for (const { type, parameters } of clausesOf(accept)) {
    const encoding = encodings[type];
    const as = transformationOf(parameters, subject);
    if (encoding === undefined || as === undefined) continue;
    return { encoding, as, metaVersion: parameters.get('v') === 'v1beta1' ? 'v1beta1' : 'v1' };
  }
  return undefined;
}

/** Aggregated discovery in the version that was asked for, or older clients see no resources at all. */
export function negotiateDiscovery(accept: string | null): DiscoveryForm {
  for (const { type, parameters } of clausesOf(accept ?? '')) {
    if (type !== 'application/json') continue;
    if (parameters.get('g') !== 'apidiscovery.k8s.io') return 'plain';
    const version = parameters.get('v');
    if (version === 'v2' || version === 'v2beta1') return version;
  }
  return 'plain';
}

function transformationOf(
  parameters: ReadonlyMap<string, string>,
  subject: 'one' | 'list',
): KubeAnswerForm['as'] | undefined {
  const as = parameters.get('as');
  if (as === undefined) return 'object';
  const version = parameters.get('v');
  if (parameters.get('g') !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) return undefined;
  if (as === 'Table') return 'table';
  const metadata = subject === 'one' ? 'PartialObjectMetadata' : 'PartialObjectMetadataList';
  return as === metadata ? 'metadata' : undefined;
}

function clausesOf(
  accept: string,
): readonly { readonly type: string; readonly parameters: ReadonlyMap<string, string> }[] {
  return accept
    .split(',')
    .map((clause) => {
      const [type = '', ...rest] = clause.split(';').map((part) => part.trim());
      const parameters = new Map(rest.map((part) => splitAt(part, '=')));
      return { type: type.toLowerCase(), parameters };
    })
    .filter(({ type, parameters }) => type !== '' && Number(parameters.get('q') ?? 1) > 0)
    .sort((a, b) => Number(b.parameters.get('q') ?? 1) - Number(a.parameters.get('q') ?? 1));
}

function splitAt(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}
