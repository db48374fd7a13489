/** Every CloudEvent type that kubemirror emits, and those of Knative's ApiServerSource that it accepts. */
export const eventTypes = {
  resourceUpserted: 'io.kubemirror.resource.upserted',
  resourceDeleted: 'io.kubemirror.resource.deleted',
  resourceManifest: 'io.kubemirror.resource.manifest',
  resourceWanted: 'io.kubemirror.resource.wanted',
  eventRecorded: 'io.kubemirror.event.recorded',
  appconfigChanged: 'io.kubemirror.appconfig.changed',
  appconfigRendered: 'io.kubemirror.appconfig.rendered',
  apiServerAdd: 'dev.knative.apiserver.resource.add',
  apiServerUpdate: 'dev.knative.apiserver.resource.update',
  apiServerDelete: 'dev.knative.apiserver.resource.delete',
} as const;

export type EventType = (typeof eventTypes)[keyof typeof eventTypes];
