import type { z } from 'zod';
import type { Authenticate, KnownCaller } from '../core/caller.ts';
import type { Route, RouteContext } from './create-router.ts';
import { forCaller } from './for-caller.ts';
import { type ParametersOutcome, readQueryParameters } from './read-parameters.ts';

/** Handles requests of known callers whose query parameters are as the schema has them; refuses all others. */
export function byQuery<Schema extends z.ZodObject>(
  deps: { readonly authenticate: Authenticate; readonly onUnavailable: (reason: string) => void },
  schema: Schema,
  handle: (caller: KnownCaller, parameters: z.output<Schema>, context: RouteContext) => Promise<Response>,
): Route['handle'] {
  return (context) =>
    forCaller(deps, context, async (caller) => {
      const parameters: ParametersOutcome<z.output<Schema>> = readQueryParameters(
        schema,
        context.url.searchParams,
      );
      return parameters.kind === 'refused' ? parameters.response : handle(caller, parameters.value, context);
    });
}
