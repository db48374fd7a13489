import { expect, it } from 'vitest';
import { describedRoutes } from '../../test/support/described-routes.ts';
import { openApiDocument } from './open-api.ts';
import { type RouteDependencies, routes } from './routes.ts';

it('describes every route and no other', () => {
  // Routes do nothing before they are asked.
  expect(describedRoutes(openApiDocument()).sort()).toEqual(
    routes({} as RouteDependencies)
      .map(({ method, path }) => `${method} ${path}`)
      .sort(),
  );
});
