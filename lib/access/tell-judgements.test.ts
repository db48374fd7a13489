import { expect, it } from 'vitest';
import type { TokenJudgement } from '../core/token-judgement.ts';
import { tellJudgements } from './tell-judgements.ts';

it('tellJudgements() tells what was judged, and nothing of what is left to others', async () => {
  const told: TokenJudgement[] = [];
  const kinds = ['user', 'refused', 'unavailable', 'skipped', 'holder'];
  const ask = tellJudgements(
    'oidc',
    (kind: string) => Promise.resolve({ kind }),
    (judgement) => told.push(judgement),
  );
  for (const kind of kinds) expect(await ask(kind)).toEqual({ kind });
  expect(told.map(({ source, result }) => `${source} ${result}`)).toEqual([
    'oidc accepted',
    'oidc refused',
    'oidc unavailable',
    'oidc accepted',
  ]);
});
