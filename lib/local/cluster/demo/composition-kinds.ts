import type { CustomKind } from './demo-api.ts';

export const websiteKind: CustomKind = {
  apiVersion: 'composition.krateo.io/v1-0-0',
  kind: 'Website',
  resource: 'websites',
};

export const workspaceKind: CustomKind = {
  apiVersion: 'composition.krateo.io/v1-0-0',
  kind: 'Workspace',
  resource: 'workspaces',
};

export const compositionKinds: readonly CustomKind[] = [websiteKind, workspaceKind];
