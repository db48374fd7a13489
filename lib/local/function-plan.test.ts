import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { boundedMemory } from './function-plan.ts';

type Container = {
  readonly command: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
};

it.each([
  ['resources-watcher', 'deployment'],
  ['events-watcher', 'deployment'],
  ['changes-source', 'deployment'],
  ['events-presenter', 'service'],
  ['resources-presenter', 'service'],
] as const)('memory of %s is bounded as its manifest does it', (name, file) => {
  const manifest = parse(readFileSync(`knative/${name}/${file}.yaml`, 'utf8')) as {
    spec: { template: { spec: { containers: [Container] } } };
  };
  const [{ command, env }] = manifest.spec.template.spec.containers;
  const arenas = env?.find((variable) => variable.name === 'MALLOC_ARENA_MAX')?.value;
  expect(boundedMemory(name)).toEqual({
    NODE_OPTIONS: command.filter((word) => word.startsWith('--')).join(' '),
    ...(arenas === undefined ? {} : { MALLOC_ARENA_MAX: arenas }),
  });
});
