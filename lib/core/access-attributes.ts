/**
 * One question to an authorizer: may the user do `verb` here? As `ResourceAttributes` of a
 * SubjectAccessReview means it: an empty namespace is every namespace (or a cluster-scoped resource), an
 * empty name every object.
 */
export type AccessAttributes = {
  readonly verb: AccessVerb;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace: string;
  readonly name: string;
};

export type AccessVerb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';
