/** A rule of a Role or ClusterRole; which lists it has decides whether it is about resources or URLs. */
export type PolicyRule = {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
};

/** What somebody wants to do: something with a resource, or with a URL that is none. */
export type AuthorizationAttributes = ResourceAttributes | NonResourceAttributes;

export type ResourceAttributes = {
  readonly kind: 'resource';
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  /** Empty for the resource itself. */
  readonly subresource: string;
  /** Empty for cluster-scoped resources and for all namespaces. */
  readonly namespace: string;
  /** Empty where no single object is meant; a list by `metadata.name` counts as meaning one. */
  readonly name: string;
};

export type NonResourceAttributes = {
  readonly kind: 'url';
  readonly verb: string;
  readonly path: string;
};

/** True where the rule alone allows what is wanted. Rules only ever allow. */
export function ruleAllows(rule: PolicyRule, wanted: AuthorizationAttributes): boolean {
  if (!takes(rule.verbs, wanted.verb)) return false;
  if (wanted.kind === 'url') return urlTaken(rule.nonResourceURLs ?? [], wanted.path);
  return (
    takes(rule.apiGroups ?? [], wanted.group) &&
    resourceTaken(rule.resources ?? [], wanted) &&
    nameTaken(rule.resourceNames ?? [], wanted.name)
  );
}

function takes(list: readonly string[], value: string): boolean {
  return list.includes('*') || list.includes(value);
}

/** `pods` does not cover `pods/log`; `*` covers all; a star before `/scale` stands for every resource. */
function resourceTaken(resources: readonly string[], wanted: ResourceAttributes): boolean {
  if (wanted.subresource === '') return takes(resources, wanted.resource);
  return (
    takes(resources, `${wanted.resource}/${wanted.subresource}`) ||
    resources.includes(`*/${wanted.subresource}`)
  );
}

function nameTaken(names: readonly string[], name: string): boolean {
  return names.length === 0 || names.includes(name);
}

/** A trailing `*` takes every path that starts so. */
function urlTaken(urls: readonly string[], path: string): boolean {
  return urls.some((url) => url === path || (url.endsWith('*') && path.startsWith(url.replace(/\*+$/, ''))));
}
