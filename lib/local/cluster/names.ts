import { isIP } from 'node:net';

import { dnsLabelProblems, subdomainProblems } from '../../core/name-syntax.ts';

/** What decides about the names that objects of a resource may have. */
export type NamedResource = { readonly group: string; readonly resource: string };

type NameRule = (name: string) => string[];

/** Names end up as hostnames or as parts of them; all others may be DNS subdomains. */
const labelNames: readonly string[] = ['/namespaces', '/services', 'apps/statefulsets'];

/** A CronJob's jobs append eleven characters to its name, which must fit 63. */
const maxCronJobNameLength = 52;

/**
 * Problems of an object's name in the words of the API server. For `generateName` the name is a prefix: it
 * may end in dashes, because characters follow.
 */
export function nameProblems(resource: NamedResource, name: string, isPrefix = false): string[] {
  const rule = ruleOf(resource);
  // The server itself replaces the last two characters by one letter.
  return rule(
    isPrefix && name.length > 1 && name.endsWith('-') && rule !== pathSegmentProblems
      ? `${name.slice(0, -2)}a`
      : name,
  );
}

function ruleOf({ group, resource }: NamedResource): NameRule {
  const key = `${group}/${resource}`;
  if (labelNames.includes(key)) return dnsLabelProblems;
  if (group === 'rbac.authorization.k8s.io' || group === 'apiregistration.k8s.io') return pathSegmentProblems;
  if (key === 'batch/cronjobs') return cronJobProblems;
  if (key === 'networking.k8s.io/ipaddresses') return addressProblems;
  return subdomainProblems;
}

/** RBAC objects may have any name that is one part of a URL path. */
function pathSegmentProblems(name: string): string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%'].filter((part) => name.includes(part)).map((part) => `may not contain '${part}'`);
}

function cronJobProblems(name: string): string[] {
  const problems = subdomainProblems(name);
  if (name.length > maxCronJobNameLength) {
    problems.push(`must be no more than ${maxCronJobNameLength} characters`);
  }
  return problems;
}

function addressProblems(name: string): string[] {
  return isIP(name) === 0 ? ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'] : [];
}
