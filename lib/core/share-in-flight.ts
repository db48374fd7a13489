/**
 * One call at a time for each question: who asks the same while it is under way gets that answer. For reads whose
 * answer may be as old as the call is long.
 * @param keyOf equal for questions with equal answers
 */
export function shareInFlight<Arguments extends readonly unknown[], Answer>(
  ask: (...question: Arguments) => Promise<Answer>,
  keyOf: (...question: Arguments) => string,
): (...question: Arguments) => Promise<Answer> {
  const underWay = new Map<string, Promise<Answer>>();
  return (...question) => {
    const key = keyOf(...question);
    const known = underWay.get(key);
    if (known !== undefined) return known;
    const answer = ask(...question).finally(() => underWay.delete(key));
    underWay.set(key, answer);
    return answer;
  };
}
