import type { Container, Pod } from './workload-objects.ts';

/** How a container of the demo behaves, since there is no program behind it. */
export type ContainerBehaviour = {
  /** From the node's decision to the start, as if the image was pulled. */
  readonly startMs: number;
  /** From the start to the first good answer of the readiness probe. */
  readonly readyMs: number;
  /** It ends after so long: with an error where it should go on, else with the exit code below. */
  readonly endsAfterMs?: number;
  readonly exitCode: number;
  /** There is no such image. */
  readonly imageMissing: boolean;
};

/** A container of this pod ends with an error after so many seconds, again and again. */
const crashAnnotation = 'demo.kubemirror/crashes-after-seconds';
/** A pod of a Job ends after so many seconds (default: some). */
const worksAnnotation = 'demo.kubemirror/works-for-seconds';
/** Of a hundred pods of a Job, so many end with an error (default 0). */
const failsAnnotation = 'demo.kubemirror/fails-percent';

/** Tags that no image of the demo's registry has. */
const missingTags = /:(missing|broken|does-not-exist)$/;

/**
 * What a pod says about itself by annotations, image tag and uid: the same pod always behaves alike, also after
 * a restart of the demo.
 */
export function containerBehaviour(pod: Pod, container: Container): ContainerBehaviour {
  const { annotations, uid } = pod.metadata;
  const dice = diceOf(`${uid}/${container.name}`);
  const seconds = (name: string) => {
    const value = Number(annotations?.[name]);
    return Number.isFinite(value) && value > 0 ? value : undefined;
  };
  const crashes = seconds(crashAnnotation);
  const runsOn = pod.spec.restartPolicy === 'Always';
  const works = runsOn ? undefined : (seconds(worksAnnotation) ?? 3 + 9 * dice(1));
  const endsAfter = crashes ?? works;
  const fails = crashes !== undefined || 100 * dice(2) < (seconds(failsAnnotation) ?? 0);
  return {
    startMs: 300 + 1_700 * dice(3),
    readyMs: container.readinessProbe === undefined ? 0 : 500 + 2_500 * dice(4),
    ...(endsAfter === undefined ? {} : { endsAfterMs: endsAfter * 1_000 }),
    exitCode: fails ? 1 : 0,
    imageMissing: missingTags.test(container.image),
  };
}

/** Numbers in [0, 1) that only depend on the text: FNV-1a, mixed once more since similar texts differ little. */
function diceOf(text: string): (face: number) => number {
  return (face) => {
    let hash = 2_166_136_261;
    for (const char of `${face}/${text}`) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16_777_619);
    hash = Math.imul(hash ^ (hash >>> 15), 2_246_822_507);
    return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
  };
}
