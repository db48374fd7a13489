import type { AccessAttributes, AccessVerb } from '../../lib/core/access-attributes.ts';
import type { AppConfigKind } from '../../lib/core/app-config-kind.ts';
import type { AppConfigFields } from '../../lib/core/app-config-rules.ts';
import type { UserInfo } from '../../lib/core/user-info.ts';
import type { HistoryRow } from '../../lib/postgres/app-configs/app-config-history.ts';
import type { AppConfigRow } from '../../lib/postgres/app-configs/app-config-row.ts';
import type { AppConfigFilter, AppConfigPage } from '../../lib/postgres/app-configs/list-app-configs.ts';
import type { WriteOutcome } from '../../lib/postgres/app-configs/write-app-config.ts';
import type { IfMatch } from './if-match.ts';

export type Decision = 'allowed' | 'denied' | 'unknown';

export type OperationDependencies = {
  readonly kind: AppConfigKind;
  /** What the cluster lets this user do with the custom resource. */
  readonly decide: (user: UserInfo, attributes: AccessAttributes) => Promise<Decision>;
  readonly list: (filter: AppConfigFilter, page: AppConfigPage) => Promise<AppConfigRow[]>;
  readonly get: (id: string) => Promise<AppConfigRow | undefined>;
  readonly insert: (fields: AppConfigFields, user: string) => Promise<WriteOutcome>;
  readonly update: (change: {
    readonly id: string;
    readonly generations: readonly number[] | undefined;
    readonly fields: Partial<AppConfigFields>;
    readonly render: boolean;
    readonly user: string;
  }) => Promise<WriteOutcome>;
  readonly remove: (change: {
    readonly id: string;
    readonly generations: readonly number[] | undefined;
    readonly user: string;
  }) => Promise<WriteOutcome>;
  readonly history: (
    id: string,
    page: { readonly before?: number | undefined; readonly limit: number },
  ) => Promise<HistoryRow[]>;
};

/** Why an operation did not happen. */
export type Refused =
  | { readonly kind: 'not-found' }
  | { readonly kind: 'forbidden'; readonly verb: AccessVerb }
  | { readonly kind: 'rights-unknown' }
  | { readonly kind: 'duplicate'; readonly name: string }
  | { readonly kind: 'changed' };

export type RowOutcome = { readonly kind: 'row'; readonly row: AppConfigRow } | Refused;

/** What the REST API does, for a user who is known. Every operation asks for the rights that it takes. */
export function createOperations(deps: OperationDependencies) {
  const { group, resource, namespace } = deps.kind;

  /** Nothing where the user may do all of that to the object of this name; `''` for any. */
  const refusal = async (
    user: UserInfo,
    wanted: readonly { readonly verb: AccessVerb; readonly name: string }[],
  ): Promise<Refused | undefined> => {
    for (const { verb, name } of wanted) {
      const decision = await deps.decide(user, { verb, group, resource, namespace, name });
      if (decision === 'unknown') return { kind: 'rights-unknown' };
      if (decision === 'denied') return { kind: 'forbidden', verb };
    }
    return undefined;
  };

  /** The row, if the user may do that to it. Whether there is one is told only to who may read any. */
  const rowFor = async (user: UserInfo, id: string, verb: AccessVerb): Promise<RowOutcome> => {
    const row = await deps.get(id);
    const refused = await refusal(user, [{ verb, name: row?.name ?? '' }]);
    if (refused !== undefined) return refused;
    return row === undefined ? { kind: 'not-found' } : { kind: 'row', row };
  };

  const reread = async (id: string): Promise<RowOutcome> => {
    const row = await deps.get(id);
    return row === undefined ? { kind: 'not-found' } : { kind: 'row', row };
  };

  /** A write matched no row although there was one a moment ago. */
  const unmatched = async (id: string): Promise<Refused> => {
    const row = await deps.get(id);
    return row === undefined || row.deleted_at !== null ? { kind: 'not-found' } : { kind: 'changed' };
  };

  return {
    list: async (
      user: UserInfo,
      filter: AppConfigFilter,
      page: AppConfigPage,
    ): Promise<{ readonly kind: 'rows'; readonly rows: AppConfigRow[] } | Refused> => {
      const refused = await refusal(user, [{ verb: 'list', name: '' }]);
      return refused ?? { kind: 'rows', rows: await deps.list(filter, page) };
    },

    get: (user: UserInfo, id: string): Promise<RowOutcome> => rowFor(user, id, 'get'),

    create: async (user: UserInfo, fields: AppConfigFields): Promise<RowOutcome> => {
      // As for the API server, which decides about a creation before it knows the name.
      const refused = await refusal(user, [{ verb: 'create', name: '' }]);
      if (refused !== undefined) return refused;
      const written = await deps.insert(fields, user.username);
      if (written.kind === 'written') return reread(written.id);
      return { kind: 'duplicate', name: fields.name };
    },

    /** A new name is a new custom resource in place of the old one, and takes the rights for both. */
    update: async (
      user: UserInfo,
      change: {
        readonly id: string;
        readonly verb: 'update' | 'patch';
        readonly fields: Partial<AppConfigFields>;
        readonly ifMatch: Exclude<IfMatch, { kind: 'invalid' }>;
        readonly render?: boolean;
      },
    ): Promise<RowOutcome> => {
      const { id, verb, fields } = change;
      const found = await rowFor(user, id, verb);
      if (found.kind !== 'row') return found;
      if (found.row.deleted_at !== null) return { kind: 'not-found' };
      if (fields.name !== undefined && fields.name !== found.row.name) {
        const refused = await refusal(user, [
          { verb: 'create', name: '' },
          { verb: 'delete', name: found.row.name },
        ]);
        if (refused !== undefined) return refused;
      }
      const written = await deps.update({
        id,
        generations: expectedGenerations(change.ifMatch, found.row, fields),
        fields,
        render: change.render ?? false,
        user: user.username,
      });
      if (written.kind === 'duplicate') return { kind: 'duplicate', name: fields.name ?? '' };
      return written.kind === 'unmatched' ? unmatched(id) : reread(id);
    },

    remove: async (
      user: UserInfo,
      change: { readonly id: string; readonly ifMatch: Exclude<IfMatch, { kind: 'invalid' }> },
    ): Promise<RowOutcome> => {
      const found = await rowFor(user, change.id, 'delete');
      if (found.kind !== 'row') return found;
      if (found.row.deleted_at !== null) return { kind: 'not-found' };
      const generations = change.ifMatch.kind === 'generations' ? change.ifMatch.generations : undefined;
      const written = await deps.remove({ id: change.id, generations, user: user.username });
      return written.kind === 'written' ? found : unmatched(change.id);
    },

    history: async (
      user: UserInfo,
      id: string,
      page: { readonly before?: number | undefined; readonly limit: number },
    ): Promise<{ readonly kind: 'history'; readonly rows: HistoryRow[] } | Refused> => {
      const [newest] = await deps.history(id, { limit: 1 });
      const refused = await refusal(user, [{ verb: 'get', name: newest?.name ?? '' }]);
      if (refused !== undefined) return refused;
      if (newest === undefined) return { kind: 'not-found' };
      return { kind: 'history', rows: await deps.history(id, page) };
    },
  };
}

export type Operations = ReturnType<typeof createOperations>;

/**
 * Rights to a rename were asked for the name that was read, so the row must still have it: without If-Match the
 * generation that was read is expected then.
 */
function expectedGenerations(
  ifMatch: Exclude<IfMatch, { kind: 'invalid' }>,
  row: AppConfigRow,
  fields: Partial<AppConfigFields>,
): readonly number[] | undefined {
  if (ifMatch.kind === 'generations') return ifMatch.generations;
  return fields.name !== undefined && fields.name !== row.name ? [row.generation] : undefined;
}
