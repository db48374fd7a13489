/** What a stream's row is about. */
export type StreamRow = {
  readonly stream: 'events' | 'resources';
  readonly name: string;
  readonly namespace: string;
  readonly kind: 'Pod' | 'Deployment';
  readonly type: string;
  readonly reason: string;
  readonly composition: string | null;
};

/** A user with a filter, and what that user may see through it, told without any code of the presenters. */
export type StreamAudience = {
  readonly user: string;
  readonly stream: 'events' | 'resources';
  readonly query: string;
  readonly sees: (row: StreamRow) => boolean;
};

export const streamNamespaces = ['shop', 'bank', 'web'] as const;
export const compositions = [
  '0f9c2d1e-0000-4000-8000-000000000001',
  '0f9c2d1e-0000-4000-8000-000000000002',
] as const;

const follow = [
  { verbs: ['list', 'watch'], apiGroups: [''], resources: ['events'] },
  { verbs: ['list', 'watch'], apiGroups: ['apps'], resources: ['deployments'] },
];

/** Rights of each user, by namespace; `*` for a ClusterRole. Who is not here has none. */
export const streamRights: Readonly<Record<string, Readonly<Record<string, readonly object[]>>>> = {
  everywhere: { '*': follow },
  shopper: { shop: follow },
  both: { shop: follow, bank: follow },
  // Who may get an object sees the events about it.
  podder: { bank: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }] },
};

const inBoth = ({ namespace }: StreamRow): boolean => namespace === 'shop' || namespace === 'bank';

export const streamAudiences: readonly StreamAudience[] = [
  { user: 'everywhere', stream: 'events', query: '', sees: () => true },
  { user: 'shopper', stream: 'events', query: '', sees: ({ namespace }) => namespace === 'shop' },
  { user: 'both', stream: 'events', query: '', sees: inBoth },
  {
    user: 'podder',
    stream: 'events',
    query: '',
    sees: ({ namespace, kind }) => namespace === 'bank' && kind === 'Pod',
  },
  { user: 'nobody', stream: 'events', query: '', sees: () => false },
  { user: 'everywhere', stream: 'events', query: 'type=Warning', sees: ({ type }) => type === 'Warning' },
  {
    user: 'everywhere',
    stream: 'events',
    query: 'namespace=web&kind=Pod',
    sees: ({ namespace, kind }) => namespace === 'web' && kind === 'Pod',
  },
  {
    user: 'both',
    stream: 'events',
    query: `composition_id=${compositions[0]}`,
    sees: (row) => inBoth(row) && row.composition === compositions[0],
  },
  {
    user: 'both',
    stream: 'events',
    query: 'reason=BackOff,Killing',
    sees: (row) => inBoth(row) && (row.reason === 'BackOff' || row.reason === 'Killing'),
  },
  {
    user: 'everywhere',
    stream: 'resources',
    query: 'group=apps&resource=deployments&namespace=*',
    sees: () => true,
  },
  {
    user: 'shopper',
    stream: 'resources',
    query: 'group=apps&resource=deployments&namespace=*',
    sees: ({ namespace }) => namespace === 'shop',
  },
  {
    user: 'both',
    stream: 'resources',
    query: 'group=apps&namespace=bank',
    sees: ({ namespace }) => namespace === 'bank',
  },
  {
    user: 'everywhere',
    stream: 'resources',
    query: `group=apps&namespace=*&composition_id=${compositions[1]}`,
    sees: ({ composition }) => composition === compositions[1],
  },
];
