import { startAll } from './start-all.ts';
import { parseStartArguments, startUsage } from './start-arguments.ts';

const parsed = parseStartArguments(process.argv.slice(2));
switch (parsed.kind) {
  case 'help':
    process.stdout.write(startUsage);
    break;
  case 'refused':
    process.stderr.write(`${parsed.reason}\n\n${startUsage}`);
    process.exitCode = 1;
    break;
  case 'start':
    process.exitCode = await startAll(parsed.arguments, process.env);
    break;
}
