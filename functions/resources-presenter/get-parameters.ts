import { z } from 'zod';
import { flagField } from '../../lib/core/query-fields.ts';

/** Parameters of `GET /resources/{global_uid}`. */
export const getQuerySchema = z.object({
  raw: flagField(true).describe('The whole object in the answer'),
  status_raw: flagField(true).describe('Its status in the answer'),
});
