import type { ResourceKind } from './resource-kind.ts';

/** The custom resource that AppConfigs are rendered as. */
export type AppConfigKind = ResourceKind & { readonly namespace: string };

/** As configured; kind and plural are given by the custom resource definition. */
export function appConfigKind(config: {
  readonly APPCONFIG_GROUP: string;
  readonly APPCONFIG_VERSION: string;
  readonly APPCONFIG_NAMESPACE: string;
}): AppConfigKind {
  return {
    group: config.APPCONFIG_GROUP,
    version: config.APPCONFIG_VERSION,
    resource: 'appconfigs',
    kind: 'AppConfig',
    namespace: config.APPCONFIG_NAMESPACE,
  };
}
