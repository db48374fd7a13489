import { asFields, type Fields, isSet } from '../defaults/fill.ts';
import { type FieldProblem, forbidden, invalid, notSupported, required } from './field-problem.ts';
import { amountOf, atMostAllProblems, intOrPercentProblems } from './int-or-percent.ts';
import { nonNegative } from './non-negative.ts';

/** Problems of how a Deployment replaces its pods. */
export function deploymentStrategyProblems(strategy: Fields, path: string): readonly FieldProblem[] {
  const { type, rollingUpdate } = strategy;
  if (type === 'Recreate') {
    return isSet(rollingUpdate)
      ? [forbidden(`${path}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'")]
      : [];
  }
  if (type !== 'RollingUpdate') {
    return [notSupported(path, asDecoded(strategy), ['Recreate', 'RollingUpdate'])];
  }
  const { maxUnavailable, maxSurge } = asFields(rollingUpdate);
  const at = `${path}.rollingUpdate`;
  return [
    ...intOrPercentProblems(`${at}.maxUnavailable`, maxUnavailable),
    ...intOrPercentProblems(`${at}.maxSurge`, maxSurge),
    ...(amountOf(maxUnavailable) === 0 && amountOf(maxSurge) === 0
      ? [invalid(`${at}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0')]
      : []),
    ...atMostAllProblems(`${at}.maxUnavailable`, maxUnavailable),
  ];
}

/** Problems of how a DaemonSet replaces its pods. */
export function daemonStrategyProblems(strategy: Fields, path: string): readonly FieldProblem[] {
  const { type, rollingUpdate } = strategy;
  if (type === 'OnDelete') return [];
  if (type !== 'RollingUpdate') {
    return [notSupported(path, asDecoded(strategy), ['RollingUpdate', 'OnDelete'])];
  }
  const { maxUnavailable, maxSurge } = asFields(rollingUpdate);
  const at = `${path}.rollingUpdate`;
  const both = [`${at}.maxUnavailable`, `${at}.maxSurge`] as const;
  const isUnavailable = amountOf(maxUnavailable) !== 0;
  return [
    ...intOrPercentProblems(both[0], maxUnavailable),
    ...intOrPercentProblems(both[1], maxSurge),
    ...atMostAllProblems(both[0], maxUnavailable),
    ...atMostAllProblems(both[1], maxSurge),
    ...(isUnavailable && amountOf(maxSurge) !== 0
      ? [invalid(both[1], maxSurge, 'may not be set when maxUnavailable is non-zero')]
      : []),
    ...(!isUnavailable && amountOf(maxSurge) === 0
      ? [required(both[0], 'cannot be 0 when maxSurge is 0')]
      : []),
  ];
}

/** Problems of how a StatefulSet makes and replaces its pods. */
export function statefulPolicyProblems(spec: Fields): readonly FieldProblem[] {
  const { podManagementPolicy, updateStrategy } = spec;
  const { type, rollingUpdate } = asFields(updateStrategy);
  const problems: FieldProblem[] = [];
  if (podManagementPolicy !== 'OrderedReady' && podManagementPolicy !== 'Parallel') {
    problems.push(
      invalid('spec.podManagementPolicy', podManagementPolicy, "must be 'OrderedReady' or 'Parallel'"),
    );
  }
  const path = 'spec.updateStrategy';
  if (type === 'OnDelete') {
    if (isSet(rollingUpdate)) {
      problems.push(
        invalid(`${path}.rollingUpdate`, rollingUpdate, "only allowed for updateStrategy 'RollingUpdate'"),
      );
    }
  } else if (type === 'RollingUpdate') {
    problems.push(...nonNegative(asFields(rollingUpdate), `${path}.rollingUpdate`, ['partition']));
  } else {
    problems.push(
      invalid(path, asDecoded(asFields(updateStrategy)), "must be 'RollingUpdate' or 'OnDelete'"),
    );
  }
  return problems;
}

/** A strategy as messages show it: the server's own type for it has other names for the fields. */
function asDecoded({ type, rollingUpdate }: Fields): Fields {
  const limits = Object.entries(asFields(rollingUpdate)).map(([name, value]) => [
    `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    value,
  ]);
  return { Type: type ?? '', RollingUpdate: isSet(rollingUpdate) ? Object.fromEntries(limits) : null };
}
