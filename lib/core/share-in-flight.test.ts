import { expect, it } from 'vitest';
import { shareInFlight } from './share-in-flight.ts';

function setUp() {
  const asked: string[] = [];
  const answers: PromiseWithResolvers<string>[] = [];
  const ask = shareInFlight(
    (question: string) => {
      asked.push(question);
      const answer = Promise.withResolvers<string>();
      answers.push(answer);
      return answer.promise;
    },
    (question) => question,
  );
  return { asked, answers, ask };
}

it('shareInFlight() asks once for all who want to know the same at the same time', async () => {
  const { asked, answers, ask } = setUp();
  const both = Promise.all([ask('a'), ask('a'), ask('b')]);
  expect(asked).toEqual(['a', 'b']);
  answers[0]?.resolve('1');
  answers[1]?.resolve('2');
  expect(await both).toEqual(['1', '1', '2']);
});

it('shareInFlight() asks anew afterwards, also after a failure', async () => {
  const { asked, answers, ask } = setUp();
  const failing = Promise.allSettled([ask('a'), ask('a')]);
  answers[0]?.reject(new Error('gone'));
  expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const next = ask('a');
  answers[1]?.resolve('1');
  expect(await next).toBe('1');
  expect(asked).toEqual(['a', 'a']);
});
