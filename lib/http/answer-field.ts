import { z } from 'zod';

/** Fields of described answers; zod's own come with patterns that nobody can read. */
export const answerField = {
  text: z.string(),
  /** RFC 3339 in UTC. */
  time: z.string().meta({ format: 'date-time' }),
  uuid: z.string().meta({ format: 'uuid' }),
  wholeNumber: z.number().meta({ type: 'integer' }),
  /** What is stored, as it is. */
  object: z.looseObject({}),
} as const;
