import { describe, expect, it } from 'vitest';
import type { ContainerBehaviour } from './container-behaviour.ts';
import { nextContainerStatus } from './next-container-status.ts';
import type { ContainerStatus } from './workload-objects.ts';

const startedAtMs = Date.parse('2026-01-02T03:04:00Z');
const healthy: ContainerBehaviour = { startMs: 500, readyMs: 2_000, exitCode: 0, imageMissing: false };

/** Lets a container live for some seconds; says what it went through, one line for each change. */
function live(behaviour: ContainerBehaviour, restartPolicy: string, seconds: number) {
  const container = { name: 'app', image: 'images.example/app:1' };
  const story: string[] = [];
  const notes: string[] = [];
  let status: ContainerStatus | undefined;
  for (let nowMs = startedAtMs; nowMs <= startedAtMs + seconds * 1_000; nowMs += 500) {
    const moment = { container, behaviour, restartPolicy, podTitle: 'p_ns(u)', startedAtMs, nowMs };
    const step = nextContainerStatus(status, moment);
    status = step.status;
    notes.push(...step.notes.map(({ reason }) => reason));
    const { state } = status;
    const name = state.waiting?.reason ?? state.terminated?.reason ?? (status.ready ? 'ready' : 'running');
    if (story.at(-1) !== name) story.push(name);
  }
  return { story, notes, status };
}

describe('nextContainerStatus', () => {
  it('starts a container and lets it become ready', () => {
    const { story, notes } = live(healthy, 'Always', 30);
    expect(story).toEqual(['ContainerCreating', 'running', 'ready']);
    expect(notes).toEqual(['Pulled', 'Created', 'Started']);
  });

  it('starts a container that fails again and again, ever later', () => {
    const { story, status, notes } = live(
      { ...healthy, readyMs: 0, endsAfterMs: 5_000, exitCode: 1 },
      'Always',
      60,
    );
    expect(story).toEqual([
      'ContainerCreating',
      ...['ready', 'Error', 'CrashLoopBackOff'],
      ...['ready', 'Error', 'CrashLoopBackOff'],
      'ready',
      'Error',
      'CrashLoopBackOff',
    ]);
    expect(status?.restartCount).toBe(2);
    expect(notes.filter((reason) => reason === 'Started')).toHaveLength(3);
    expect(notes).toContain('BackOff');
  });

  it('leaves a container of a Job ended', () => {
    const { story, status } = live({ ...healthy, endsAfterMs: 3_000 }, 'Never', 60);
    expect(story).toEqual(['ContainerCreating', 'running', 'ready', 'Completed']);
    expect(status).toMatchObject({ ready: false, restartCount: 0, state: { terminated: { exitCode: 0 } } });
  });

  it('never starts a container without its image', () => {
    const { story, notes } = live({ ...healthy, imageMissing: true }, 'Always', 60);
    expect(story).toEqual(['ContainerCreating', 'ErrImagePull', 'ImagePullBackOff']);
    expect(notes).not.toContain('Started');
    expect(notes).toContain('BackOff');
  });

  it('says when the next step is due', () => {
    const container = { name: 'app', image: 'images.example/app:1' };
    const moment = { container, behaviour: healthy, restartPolicy: 'Always', podTitle: 'p', startedAtMs };
    const first = nextContainerStatus(undefined, { ...moment, nowMs: startedAtMs });
    expect(first.nextAtMs).toBe(startedAtMs + 500);
    const second = nextContainerStatus(first.status, { ...moment, nowMs: startedAtMs + 500 });
    expect(second.nextAtMs).toBe(startedAtMs + 2_500);
  });
});
