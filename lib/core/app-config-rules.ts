import { dnsLabelProblems, labelValueProblems } from './name-syntax.ts';

/** The fields of an AppConfig that people write. */
export type AppConfigFields = {
  readonly name: string;
  readonly repository_url: string;
  readonly branch: string;
  readonly environment: string;
};

/**
 * What is wrong with a field, or nothing. The same rules hold for the REST API, which answers 400, for the
 * renderer, which refuses, and for the custom resource's schema.
 */
export const appConfigRules: {
  readonly [Field in keyof AppConfigFields]: (value: string) => string | undefined;
} = {
  // It becomes a file name and an object's name.
  name: (value) => dnsLabelProblems(value)[0],
  repository_url: repositoryUrlProblem,
  branch: branchProblem,
  environment: (value) => (value === '' ? 'must not be empty' : labelValueProblems(value)[0]),
};

const schemes = new Set(['https:', 'http:', 'ssh:', 'git:']);

function repositoryUrlProblem(value: string): string | undefined {
  if (value.length > 2048) return 'must be no more than 2048 characters';
  if (/\s/.test(value) || hasControlCharacter(value)) return 'must not contain blanks or control characters';
  // The short form that Git takes for SSH: user@host:path.
  if (/^[A-Za-z0-9_.-]+@[A-Za-z0-9.-]+:[^/:][^:]*$/.test(value)) return undefined;
  const url = URL.parse(value);
  if (url === null || !schemes.has(url.protocol) || url.hostname === '') {
    return 'must be a https, http, ssh or git URL, or user@host:path';
  }
  if (url.password !== '')
    return 'must not contain a password; give credentials to whoever reads the repository';
  if (url.pathname === '' || url.pathname === '/') return 'must name a repository';
  return undefined;
}

/** As Git judges a name below refs/heads/, and none that it would take for an option or for HEAD. */
function branchProblem(value: string): string | undefined {
  if (value === '') return 'must not be empty';
  if (Buffer.byteLength(value) > 255) return 'must be no more than 255 bytes';
  const forbidden = /[ ~^:?*[\\]|\.\.|@\{|\/\/|^[-/]|\/$|\.$|(?:^|\/)\.|\.lock(?:\/|$)|^HEAD$/;
  return forbidden.test(value) || hasControlCharacter(value)
    ? 'must be a branch name that Git accepts'
    : undefined;
}

function hasControlCharacter(value: string): boolean {
  return Array.from(value).some((character) => character < ' ' || character === '\u007f');
}
