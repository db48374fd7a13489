import { openToken, type SealingKeys, sealToken } from './sealed-token.ts';

/** Ids of one stream's frames: places in commit order that only we can read or make. */
export type StreamIds = {
  readonly idOf: (position: number) => string;
  /** `undefined` for an id that is not of this stream in this database. */
  readonly positionOf: (id: string) => number | undefined;
};

/**
 * @param options.stream ids of one stream mean nothing in another
 * @param options.installationId nor do those of another database
 */
export function createStreamIds(options: {
  readonly keys: SealingKeys;
  readonly stream: 'events' | 'resources';
  readonly installationId: string;
}): StreamIds {
  const context = `${options.stream} ${options.installationId}`;
  return {
    // Sealed, because a plain position tells how much there is that the client may not see; and of one length,
    // which would tell its number of digits.
    idOf: (position) => sealToken(options.keys, context, String(position).padStart(16, '0')),
    positionOf: (id) => {
      const text = openToken(options.keys, context, id);
      return text === undefined ? undefined : Number(text);
    },
  };
}
