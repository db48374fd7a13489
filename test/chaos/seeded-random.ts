/** Numbers in [0, 1) that are the same for the same seed (mulberry32), so that a failing run can be repeated. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One of the choices, as often as its weight says. */
export function pickWeighted<T>(
  random: () => number,
  choices: readonly { readonly weight: number; readonly value: T }[],
): T {
  let left = random() * choices.reduce((sum, { weight }) => sum + weight, 0);
  for (const { weight, value } of choices) {
    left -= weight;
    if (left < 0) return value;
  }
  const last = choices.at(-1);
  if (last === undefined) throw new Error('Cannot pick from 0 choices: expected at least one');
  return last.value;
}

/** One member of the list, each as likely. */
export function pickOne<T>(random: () => number, list: readonly T[]): T {
  const picked = list[Math.floor(random() * list.length)];
  if (picked === undefined) throw new Error('Cannot pick from an empty list: expected a member');
  return picked;
}
