import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** Options of Node that the Deployment of changes-source sets, so that what is measured is what runs. */
export function sourceNodeOptions(): string {
  const manifest = parse(readFileSync('knative/changes-source/deployment.yaml', 'utf8')) as {
    spec: { template: { spec: { containers: { command: string[] }[] } } };
  };
  const command = manifest.spec.template.spec.containers[0]?.command ?? [];
  return command.filter((argument) => argument.startsWith('--')).join(' ');
}
