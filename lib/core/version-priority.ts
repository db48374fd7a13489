/**
 * Order of API versions, best first, as the API server orders those of a CRD: GA before beta before alpha,
 * higher numbers first, anything else after them by name.
 */
export function compareVersionPriority(a: string, b: string): number {
  const left = parse(a);
  const right = parse(b);
  if (left === undefined || right === undefined) {
    if (left !== undefined) return -1;
    if (right !== undefined) return 1;
    return a < b ? -1 : Number(a > b);
  }
  return right.stage - left.stage || right.major - left.major || right.minor - left.minor;
}

function parse(version: string): { stage: number; major: number; minor: number } | undefined {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (match === null) return undefined;
  const [, major, stage, minor] = match;
  return {
    stage: stage === undefined ? 2 : Number(stage === 'beta'),
    major: Number(major),
    minor: Number(minor ?? 0),
  };
}
