/** Where the server's own types of an API group live, as OpenAPI names show it. */
const homes: Readonly<Record<string, string>> = {
  meta: 'io.k8s.apimachinery.pkg.apis.meta',
  apiextensions: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
  apiregistration: 'io.k8s.kube-aggregator.pkg.apis.apiregistration',
};

/** `io.k8s.api.core.v1.Pod` for the type `core.v1.Pod`. */
export function componentName(typeName: string): string {
  const dot = typeName.indexOf('.');
  const home = homes[typeName.slice(0, dot)] ?? `io.k8s.api.${typeName.slice(0, dot)}`;
  return `${home}${typeName.slice(dot)}`;
}

/** `com.example.stable.v1.CronTab` for a custom resource: the group's labels turned round. */
export function customComponentName(group: string, version: string, kind: string): string {
  return [...group.split('.').reverse(), version, kind].join('.');
}

export function reference(component: string): { readonly $ref: string } {
  return { $ref: `#/components/schemas/${component}` };
}
