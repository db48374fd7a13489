import { expect, it } from 'vitest';
import { describedRoutes } from '../../test/support/described-routes.ts';
import { type HistoryRouteDependencies, historyRoutes } from './history/history-routes.ts';
import { openApiDocument } from './open-api.ts';
import { type RouteDependencies, routes } from './routes.ts';

it('describes every route and no other; the Kubernetes API in outline', () => {
  const described = describedRoutes(openApiDocument());
  const isKube = (route: string) => /^GET \/(?:api|apis|version)(?:\/|$)/.test(route);
  // Routes do nothing before they are asked.
  expect(described.filter((route) => !isKube(route)).sort()).toEqual(
    [...routes({} as RouteDependencies), ...historyRoutes({} as HistoryRouteDependencies)]
      .map(({ method, path }) => `${method} ${path}`)
      .sort(),
  );
  expect(described.filter(isKube).length).toBeGreaterThan(10);
});
