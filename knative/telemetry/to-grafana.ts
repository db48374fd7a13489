import type { Dashboard } from './panels.ts';

/** A dashboard as Grafana imports it (schema 39), two panels a row, with the data source as a variable. */
export function toGrafana({ uid, title, panels }: Dashboard): object {
  const datasource = { type: 'prometheus', uid: '$datasource' };
  return {
    uid,
    title,
    schemaVersion: 39,
    tags: ['kubemirror'],
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    templating: { list: [{ name: 'datasource', type: 'datasource', query: 'prometheus' }] },
    panels: panels.map((panel, index) => ({
      id: index + 1,
      title: panel.title,
      type: 'timeseries',
      datasource,
      gridPos: { x: (index % 2) * 12, y: Math.floor(index / 2) * 8, w: 12, h: 8 },
      fieldConfig: { defaults: { unit: panel.unit, min: 0 }, overrides: [] },
      targets: Object.entries(panel.queries).map(([legendFormat, expr], query) => ({
        refId: String.fromCodePoint(65 + query),
        datasource,
        expr,
        legendFormat,
      })),
    })),
  };
}
