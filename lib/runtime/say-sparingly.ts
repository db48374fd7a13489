/**
 * What happens with every request while something is away, said at most every `everyMs`.
 * @param say gets one of them, and how many there were since the last that was said
 * @param options.now milliseconds of any clock that only goes forward
 */
export function saySparingly<What>(
  say: (what: What, more: number) => void,
  options: { readonly everyMs: number; readonly now: () => number },
): (what: What) => void {
  let quietUntilMs = Number.NEGATIVE_INFINITY;
  let unsaid = 0;
  return (what) => {
    const now = options.now();
    if (now < quietUntilMs) {
      unsaid += 1;
      return;
    }
    quietUntilMs = now + options.everyMs;
    say(what, unsaid);
    unsaid = 0;
  };
}
