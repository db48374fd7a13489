import { expect, test } from 'vitest';

import { type FieldSelectorTarget, parseFieldSelector } from './selectors.ts';

const configmaps: FieldSelectorTarget = {
  group: '',
  resource: 'configmaps',
  namespaced: true,
  custom: undefined,
  selectableFields: [],
};
const pods = { ...configmaps, resource: 'pods', selectableFields: ['spec.nodeName', 'status.phase'] };
const namespaces = { ...configmaps, resource: 'namespaces', namespaced: false };
const clusterRoles = {
  ...configmaps,
  group: 'rbac.authorization.k8s.io',
  resource: 'clusterroles',
  namespaced: false,
};
const jobs = { ...configmaps, group: 'batch', resource: 'jobs', selectableFields: ['status.successful'] };
const widgets = {
  ...configmaps,
  group: 'example.com',
  resource: 'widgets',
  custom: {},
  selectableFields: ['spec.size'],
};
const globalWidgets = { ...widgets, namespaced: false };
const events = {
  ...configmaps,
  group: 'events.k8s.io',
  resource: 'events',
  selectableFields: ['regarding.name', 'reportingController'],
};

test.each([
  [
    configmaps,
    'data.k=v',
    '"data.k" is not a known field selector: only "metadata.name", "metadata.namespace"',
  ],
  [pods, 'spec.image=x', 'field label not supported: spec.image'],
  [namespaces, 'metadata.namespace=x', 'field label not supported: metadata.namespace'],
  [jobs, 'spec.size=1', 'field label "spec.size" not supported for Job'],
  [widgets, 'spec.color=red', 'field label not supported: spec.color'],
  [globalWidgets, 'metadata.namespace=x', 'field label not supported: metadata.namespace'],
])('%j with %s is refused', (target, text, message) => {
  expect(parseFieldSelector(text, target)).toEqual({ kind: 'invalid', message });
});

test.each([
  [configmaps, 'metadata.name=a,metadata.namespace=b'],
  [pods, 'status.phase=Running'],
  [clusterRoles, 'metadata.namespace='],
  [widgets, 'spec.size=3,metadata.namespace=x'],
])('%j takes %s', (target, text) => {
  expect(parseFieldSelector(text, target).kind).toBe('selector');
});

test('the old name of the node field of pods still works', () => {
  const selector = parseFieldSelector('spec.host=n1', pods);
  expect(selector.kind === 'selector' && selector.matches({ 'spec.nodeName': 'n1' })).toBe(true);
});

test('fields of events.k8s.io are found under the names of the stored core events', () => {
  const selector = parseFieldSelector('regarding.name=web,reportingController=c', events);
  expect(selector).toMatchObject({
    requirements: [{ field: 'involvedObject.name' }, { field: 'reportingComponent' }],
  });
});
