import { setTimeout as delay } from 'node:timers/promises';
import type { ChaosMachine } from './chaos-machine.ts';
import { pickOne, pickWeighted } from './seeded-random.ts';

/** Something that goes wrong, and how often compared with the others. */
export type Fault = { readonly name: string; readonly weight: number; readonly strike: () => Promise<void> };

/** What can go wrong outside the cluster: processes killed, stopped for a while, or PostgreSQL gone. */
export function machineFaults(machine: ChaosMachine, random: () => number): Fault[] {
  const killable = [...machine.processes.keys()];
  const kills = killable.map((name) => ({
    name: `kill ${name}`,
    weight: name === 'deviser' ? 0.3 : 2,
    strike: async () => machine.processes.get(name)?.kill('SIGKILL'),
  }));
  return [
    ...kills,
    {
      name: 'kill PostgreSQL',
      weight: 2,
      strike: async () => {
        await machine.postgres.kill();
        await delay(random() * 3_000);
        await machine.postgres.start();
      },
    },
    {
      name: 'freeze a process',
      weight: 2,
      strike: async () => {
        const process = machine.processes.get(pickOne(random, killable));
        process?.kill('SIGSTOP');
        await delay(500 + random() * 2_500);
        process?.kill('SIGCONT');
      },
    },
  ];
}

/** Lets `count` faults happen one after the other, with pauses in which things may recover or not. */
export async function strikeFaults(options: {
  readonly faults: readonly Fault[];
  readonly count: number;
  readonly random: () => number;
  readonly say: (line: string) => void;
}): Promise<Record<string, number>> {
  const { random } = options;
  const struck: Record<string, number> = {};
  const choices = options.faults.map((value) => ({ value, weight: value.weight }));
  for (let index = 1; index <= options.count; index += 1) {
    const fault = pickWeighted(random, choices);
    struck[fault.name] = (struck[fault.name] ?? 0) + 1;
    options.say(`fault ${index}/${options.count}: ${fault.name}`);
    await fault.strike();
    // Short pauses make faults meet while the last one is being repaired, longer ones let new data in between.
    await delay(random() < 0.5 ? random() * 300 : random() * 1_500);
  }
  return struck;
}
