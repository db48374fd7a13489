import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseManagedGroups } from './parse-managed-groups.ts';
import { parseStaticKinds } from './parse-static-kinds.ts';
import { watchTargets } from './watch-targets.ts';

const deployments = { group: 'apps', version: 'v1', resource: 'deployments', kind: 'Deployment' };
const nodes = { group: '', version: 'v1', resource: 'nodes', kind: 'Node' };
const widgets = { group: 'widgets.example.org', version: 'v1', resource: 'widgets', kind: 'Widget' };

describe('parseStaticKinds()', () => {
  it('reads one kind a line, the group may be empty, and reports what it skips', () => {
    const text =
      '# comment\r\n/v1/nodes/Node\n\napps/v1/deployments/Deployment\napps/v1/x\na/b/c/d/e\n/v1/nodes/Node\n';
    const { kinds, problems } = parseStaticKinds(text);
    expect(kinds).toEqual([nodes, deployments]);
    expect(problems).toEqual([
      'line 5: "apps/v1/x", expected group/version/resource/Kind',
      'line 6: "a/b/c/d/e", expected group/version/resource/Kind',
      'line 7: "/v1/nodes/Node" is there twice, the first one counts',
    ]);
  });

  it('has no problem with the file that is shipped', () => {
    const { kinds, problems } = parseStaticKinds(asset('static'));
    expect(problems).toEqual([]);
    expect(kinds.map((kind) => kind.kind)).toContain('CustomResourceDefinition');
  });
});

describe('parseManagedGroups()', () => {
  it('reads the file that is shipped', () => {
    expect(parseManagedGroups(asset('managed_groups'))).toContain('composition.krateo.io');
    expect(parseManagedGroups('\n# no\n a.b \n')).toEqual(new Set(['a.b']));
  });
});

describe('watchTargets()', () => {
  const served = (kind: typeof nodes, namespaced: boolean, verbs = ['list', 'watch']) => ({
    ...kind,
    namespaced,
    verbs,
    singular: '',
    shortNames: [],
    categories: [],
  });
  const base = {
    staticKinds: [deployments, nodes],
    managedGroups: new Set(['widgets.example.org']),
    definitions: [{ ...widgets, namespaced: true }],
    discovery: {
      resources: [served(deployments, true), served(nodes, false), served(widgets, true)],
      unknown: [],
    },
    previous: undefined,
    namespaces: [],
  };

  it('follows what is served, and custom resources of managed groups', () => {
    const { targets, unserved } = watchTargets(base);
    expect([...targets.keys()]).toEqual(['apps/deployments/', '/nodes/', 'widgets.example.org/widgets/']);
    expect(unserved).toEqual([]);
  });

  it('follows each of NAMESPACES apart, and cluster-scoped resources once', () => {
    const { targets } = watchTargets({ ...base, namespaces: ['a', 'b'] });
    expect([...targets.keys()]).toEqual([
      'apps/deployments/a',
      'apps/deployments/b',
      '/nodes/',
      'widgets.example.org/widgets/a',
      'widgets.example.org/widgets/b',
    ]);
  });

  it('leaves out what is not served in that version or cannot be watched', () => {
    const v2 = { ...deployments, version: 'v2' };
    const unwatchable = served(nodes, false, ['get', 'list']);
    const { targets, unserved } = watchTargets({
      ...base,
      definitions: [],
      staticKinds: [v2, nodes],
      discovery: { resources: [served(deployments, true), unwatchable], unknown: [] },
    });
    expect(targets.size).toBe(0);
    expect(unserved).toEqual([v2, nodes]);
  });

  it('waits for discovery to show an established definition', () => {
    const discovery = { resources: [served(nodes, false)], unknown: [] };
    const { targets, awaited } = watchTargets({ ...base, discovery });
    expect([...targets.keys()]).toEqual(['/nodes/']);
    expect(awaited).toEqual([widgets]);
  });

  it('keeps what was followed of a group that discovery could not read', () => {
    const { targets: previous } = watchTargets(base);
    const discovery = { resources: [served(nodes, false)], unknown: ['apps/v1'] };
    const { targets } = watchTargets({ ...base, definitions: [], discovery, previous });
    expect([...targets.keys()]).toEqual(['/nodes/', 'apps/deployments/']);
  });

  it('leaves out custom resources of other groups, and takes the static line where both name one', () => {
    const { targets } = watchTargets({ ...base, managedGroups: new Set(['other.example.org']) });
    expect(targets.has('widgets.example.org/widgets/')).toBe(false);
    const pinned = { ...widgets, version: 'v1beta1' };
    const both = watchTargets({
      ...base,
      staticKinds: [pinned],
      discovery: { resources: [served(pinned, true)], unknown: [] },
    });
    expect(both.targets.get('widgets.example.org/widgets/')?.kind.version).toBe('v1beta1');
  });
});

function asset(name: string): string {
  return readFileSync(new URL(`./assets/${name}`, import.meta.url), 'utf8');
}
