import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { UserInfo } from '../../core/user-info.ts';
import { conformanceTokens } from './conformance-tokens.ts';

/**
 * Tokens of the users of a cluster that runs as its own process: random ones, since everybody on the machine
 * reaches its port, kept in the data directory so that kubeconfigs stay good over a restart.
 */
export function loadTokens(directory: string | undefined): Readonly<Record<string, UserInfo>> {
  const file = directory === undefined ? undefined : join(directory, 'tokens.json');
  if (file !== undefined && existsSync(file)) {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, UserInfo>;
  }
  const tokens = Object.fromEntries(
    Object.values(conformanceTokens).map((user) => [randomBytes(24).toString('base64url'), user]),
  );
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(tokens)}\n`, { mode: 0o600 });
  return tokens;
}
