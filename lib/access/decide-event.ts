import { type EventSubject, eventQuestions } from '../core/event-questions.ts';
import type { UserInfo } from '../core/user-info.ts';
import type { AccessControl, Decision } from './access-control.ts';

/** Whether the user may see the event; asks what is not known. */
export async function decideEvent(
  access: AccessControl,
  user: UserInfo,
  event: EventSubject,
): Promise<Decision> {
  let unknown = false;
  for (const question of eventQuestions(event)) {
    const decision = await access.decide(user, question);
    if (decision === 'allowed') return 'allowed';
    unknown ||= decision === 'unknown';
  }
  return unknown ? 'unknown' : 'denied';
}

/** The same without waiting; `undefined` where something has to be asked first. */
export function decideEventNow(
  access: AccessControl,
  user: UserInfo,
  event: EventSubject,
): Decision | undefined {
  const decisions = eventQuestions(event).map((question) => access.decideNow(user, question));
  if (decisions.includes('allowed')) return 'allowed';
  if (decisions.includes(undefined)) return undefined;
  return decisions.includes('unknown') ? 'unknown' : 'denied';
}
