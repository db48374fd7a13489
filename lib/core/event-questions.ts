import type { AccessAttributes } from './access-attributes.ts';

/** What rights to a Kubernetes event depend on. */
export type EventSubject = {
  readonly namespace: string;
  readonly involved_object_group: string;
  /** Plural; null where nobody knew it: then only the right to list events counts. */
  readonly involved_object_resource: string | null;
  readonly involved_object_namespace: string;
  readonly resource_name: string;
};

/**
 * An event is for whoever may list events in its namespace, or get the object it is about: a yes to any of these
 * questions is enough. The widest come first, because their answers serve most other events too.
 */
export function eventQuestions(event: EventSubject): AccessAttributes[] {
  const listEvents = { verb: 'list', group: '', resource: 'events', name: '' } as const;
  const questions: AccessAttributes[] = [
    { ...listEvents, namespace: '' },
    { ...listEvents, namespace: event.namespace },
  ];
  const { involved_object_resource: resource, involved_object_group: group, resource_name: name } = event;
  if (!resource) return questions;
  const get = { verb: 'get', group, resource } as const;
  // Requests for one Namespace carry its own name as their namespace, so that a Role in it can allow them.
  const isNamespace = group === '' && resource === 'namespaces';
  const namespace = isNamespace ? name : event.involved_object_namespace;
  questions.push({ ...get, namespace: '', name: '' });
  if (namespace !== '') questions.push({ ...get, namespace, name: '' });
  if (name !== '') questions.push({ ...get, namespace, name });
  return questions;
}
