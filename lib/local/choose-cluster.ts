import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parse } from 'yaml';
import type { StartArguments } from './start-arguments.ts';

/** Which cluster `npm start` follows. */
export type ClusterChoice =
  | { readonly kind: 'development'; readonly why: string }
  | { readonly kind: 'kubeconfig'; readonly path: string; readonly context: string };

/**
 * The kubeconfig's current context where there is one, else the development cluster.
 * @throws where `--kubeconfig` names a file that cannot be used: asking for a cluster and getting another
 * would be worse than no start.
 */
export function chooseCluster(
  options: Pick<StartArguments, 'demo' | 'kubeconfig'>,
  environment: Readonly<Record<string, string | undefined>>,
): ClusterChoice {
  if (options.demo) return { kind: 'development', why: '--demo asks for it' };
  const paths = options.kubeconfig ?? environment['KUBECONFIG'] ?? join(homedir(), '.kube', 'config');
  const path = paths.split(delimiter).find((candidate) => candidate !== '' && existsSync(candidate));
  const context = path === undefined ? undefined : currentContext(path);
  if (path !== undefined && context !== undefined) return { kind: 'kubeconfig', path, context };
  if (options.kubeconfig !== undefined) {
    const problem = path === undefined ? 'there is no such file' : 'it has no current context';
    throw new Error(`Cannot use the kubeconfig "${options.kubeconfig}": ${problem}`);
  }
  return {
    kind: 'development',
    why: path === undefined ? 'there is no kubeconfig' : `${path} has no current context`,
  };
}

function currentContext(path: string): string | undefined {
  const document: unknown = parse(readFileSync(path, 'utf8'));
  const context = (document as { 'current-context'?: unknown } | null)?.['current-context'];
  return typeof context === 'string' && context !== '' ? context : undefined;
}
