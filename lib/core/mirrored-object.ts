/** Which object a row is about and whose it is, without its content. Times are RFC 3339 in UTC with microseconds. */
export type MirroredObject = {
  readonly cluster_name: string;
  readonly uid: string;
  readonly api_group: string;
  readonly api_version: string;
  readonly kind: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  /** As its ownerReferences say; whether these exist is another question. */
  readonly owner_uids: readonly string[];
  readonly created_at: string;
  readonly deleted_at: string | null;
};
