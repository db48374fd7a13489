import type { Authenticate, KnownCaller } from '../core/caller.ts';
import type { RouteContext } from './create-router.ts';
import { requireCaller } from './require-caller.ts';

/** Answers a request of a known user by `handle`, and of anybody else with the refusal. */
export async function forCaller(
  deps: { readonly authenticate: Authenticate; readonly onUnavailable: (reason: string) => void },
  context: RouteContext,
  handle: (caller: KnownCaller) => Promise<Response>,
): Promise<Response> {
  const authorization = context.request.headers.get('authorization');
  const caller = await requireCaller(deps.authenticate, authorization, deps.onUnavailable);
  return caller.kind === 'refused' ? caller.response : handle(caller);
}
