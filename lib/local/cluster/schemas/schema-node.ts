/**
 * What a value may be, for built-in kinds and custom resources alike: the common ground of field ownership,
 * strategic merge, decoding and pruning.
 */
export type SchemaNode =
  | { readonly kind: 'scalar'; readonly scalar: ScalarType }
  /** Any JSON, owned as a whole. */
  | { readonly kind: 'any' }
  /** Any JSON; objects in it are owned field by field, lists as a whole. */
  | { readonly kind: 'deduced' }
  | StructNode
  | MapNode
  | ListNode;

/** An object with known fields. */
export type StructNode = {
  readonly kind: 'struct';
  /** Name of the server's own type, such as `core.v1.Container`; empty for custom resources. */
  readonly name: string;
  /** Owned as a whole instead of field by field. */
  readonly atomic: boolean;
  readonly fields: ReadonlyMap<string, SchemaField>;
  /** What fields beyond the known ones may be; undefined where there may be none. */
  readonly others: SchemaNode | undefined;
};

export type MapNode = {
  readonly kind: 'map';
  readonly atomic: boolean;
  readonly values: SchemaNode;
};

export type ListNode = {
  readonly kind: 'list';
  readonly items: SchemaNode;
  /** How its items are told apart: not at all, by value, or by some of their fields. */
  readonly listType: 'atomic' | 'set' | 'map';
  readonly keys: readonly string[];
};

export type SchemaField = {
  readonly node: SchemaNode;
  /**
   * When the server's own type writes the field: always (with a zero value if need be), always but null
   * when absent, unless its value is zero or empty, or exactly when it was set.
   */
  readonly presence: 'always' | 'nullable' | 'unless-empty' | 'if-set';
  /** Value of a missing key of list items, such as protocol TCP. */
  readonly default: unknown;
  readonly patch: PatchStrategy | undefined;
};

/** How a strategic merge patch treats a field. */
export type PatchStrategy = {
  /** Lists: merge items instead of replacing the list; undefined key for plain values. */
  readonly merge: { readonly key: string | undefined } | undefined;
  /** Objects: `$retainKeys` in the patch says which fields may stay. */
  readonly retainKeys: boolean;
};

export type ScalarType =
  | 'string'
  | 'boolean'
  | 'int32'
  | 'int64'
  | 'number'
  /** Base64 text. */
  | 'bytes'
  | 'time'
  | 'microTime'
  | 'quantity'
  | 'intOrString';
