import type { Lsn } from './lsn.ts';

/**
 * Messages of the pgoutput plugin, protocol version 1 (PostgreSQL documentation, "Logical Replication Message
 * Formats"). Version 1 sends whole transactions in commit order; later ones add unfinished transactions, which
 * would have to be held back here.
 */
export type PgoutputMessage =
  | {
      readonly kind: 'begin';
      /** Where the transaction's commit record begins. */
      readonly commitLsn: Lsn;
      readonly committedAtMs: number;
      readonly transactionId: number;
    }
  | {
      readonly kind: 'commit';
      readonly commitLsn: Lsn;
      /** The first byte after the commit: what an acknowledgement names. */
      readonly endLsn: Lsn;
    }
  | Relation
  | { readonly kind: 'insert'; readonly relationId: number; readonly row: Tuple }
  | {
      readonly kind: 'update';
      readonly relationId: number;
      /** Whole row before with REPLICA IDENTITY FULL, else its key where that changed. */
      readonly previous?: Tuple;
      readonly row: Tuple;
    }
  | { readonly kind: 'delete'; readonly relationId: number; readonly previous: Tuple }
  | { readonly kind: 'truncate'; readonly relationIds: readonly number[] }
  /** Origins, type names and logical messages: nothing that a change event tells. */
  | { readonly kind: 'other'; readonly tag: string };

/** A table as it looked when the rows after this message were written. */
export type Relation = {
  readonly kind: 'relation';
  readonly relationId: number;
  readonly schema: string;
  readonly name: string;
  /** `d` default, `n` nothing, `f` full, `i` index. */
  readonly replicaIdentity: string;
  readonly columns: readonly RelationColumn[];
};

export type RelationColumn = { readonly name: string; readonly typeOid: number };

/** Values as text, in the relation's order; `null` is SQL's, `undefined` a large value that did not change. */
export type Tuple = readonly (string | null | undefined)[];
