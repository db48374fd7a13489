import { describe, expect, it } from 'vitest';
import type { CloudEvent } from '../../lib/core/cloud-event.ts';
import type { DeliveryOutcome } from '../../lib/core/create-delivery.ts';
import { createDeliverChange } from './deliver-change.ts';

const event = (id: string): CloudEvent => ({ id, source: '/s', type: 't', extensions: {}, data: {} });
const accepted: DeliveryOutcome = { kind: 'accepted' };
const exhausted: DeliveryOutcome = { kind: 'exhausted', status: 500, message: 'broken' };
const refused = (status: number): DeliveryOutcome => ({ kind: 'refused', status, message: 'no' });

function setUp(answers: Record<string, DeliveryOutcome[]>) {
  const sent: string[] = [];
  const quarantined: [string, string][] = [];
  const pauses: number[] = [];
  const observed: string[] = [];
  const deliver = createDeliverChange({
    send: (sentEvent) => {
      sent.push(sentEvent.id);
      return Promise.resolve(answers[sentEvent.id]?.shift() ?? accepted);
    },
    quarantine: (bad, reason) => {
      quarantined.push([bad.id, reason]);
      return Promise.resolve();
    },
    sleep: (ms) => {
      pauses.push(ms);
      return Promise.resolve();
    },
    now: () => 0,
    observe: ({ kind }) => observed.push(kind),
  });
  return { deliver, sent, quarantined, pauses, observed };
}

describe('createDeliverChange()', () => {
  it('is done with an accepted event', async () => {
    const { deliver, sent, observed } = setUp({});
    await deliver(event('a'));
    expect(sent).toEqual(['a']);
    expect(observed).toEqual(['accepted']);
  });

  it('sends again for as long as the sink takes nothing at all', async () => {
    const { deliver, sent, quarantined } = setUp({ a: [exhausted, exhausted, exhausted] });
    await deliver(event('a'));
    expect(sent).toEqual(['a', 'a', 'a', 'a']);
    expect(quarantined).toEqual([]);
  });

  it('quarantines what fails while others get through', async () => {
    const slow = Promise.withResolvers<DeliveryOutcome>();
    const { deliver, quarantined } = setUp({ bad: [] });
    const answers: Promise<DeliveryOutcome>[] = [slow.promise];
    const withBad = createDeliverChange({
      send: (sentEvent) =>
        sentEvent.id === 'bad'
          ? (answers.shift() ?? Promise.resolve(accepted))
          : Promise.resolve<DeliveryOutcome>(accepted),
      quarantine: (bad, reason) => {
        quarantined.push([bad.id, reason]);
        return Promise.resolve();
      },
      sleep: () => Promise.resolve(),
      now: () => 0,
      observe: () => {},
    });
    await deliver(event('other'));
    const bad = withBad(event('bad'));
    await withBad(event('good'));
    slow.resolve(exhausted);
    await bad;
    expect(quarantined).toEqual([['bad', 'sink answered 500: broken']]);
  });

  it('quarantines what the sink refuses for good', async () => {
    const { deliver, sent, quarantined } = setUp({ a: [refused(413)] });
    await deliver(event('a'));
    expect(sent).toEqual(['a']);
    expect(quarantined).toEqual([['a', 'sink answered 413: no']]);
  });

  it.each([401, 403, 302])('waits where the sink does not let it in (%i)', async (status) => {
    const { deliver, sent, quarantined, pauses } = setUp({ a: [refused(status), refused(status)] });
    await deliver(event('a'));
    expect(sent.length).toBe(3);
    expect(pauses).toEqual([5_000, 5_000]);
    expect(quarantined).toEqual([]);
  });
});
