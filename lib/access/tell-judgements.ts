import type { TokenJudgement } from '../core/token-judgement.ts';

/** Tells what a source of identity makes of what it is asked. What it leaves to others is not told. */
export function tellJudgements<Asked extends unknown[], Found extends { readonly kind: string }>(
  source: TokenJudgement['source'],
  ask: (...asked: Asked) => Promise<Found>,
  onJudged: (judgement: TokenJudgement) => void,
): (...asked: Asked) => Promise<Found> {
  return async (...asked) => {
    const found = await ask(...asked);
    if (found.kind === 'refused' || found.kind === 'unavailable') onJudged({ source, result: found.kind });
    else if (found.kind !== 'skipped') onJudged({ source, result: 'accepted' });
    return found;
  };
}
