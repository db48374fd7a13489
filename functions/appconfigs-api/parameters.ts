import { z } from 'zod';
import { type AppConfigFields, appConfigRules } from '../../lib/core/app-config-rules.ts';

/** A field under its rule. */
function field(name: keyof AppConfigFields) {
  return z.string({ error: 'expected text' }).superRefine((value, context) => {
    const problem = appConfigRules[name](value);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });
}

/** Body of a new AppConfig; other fields are ignored, as clients send rows back whole. */
export const createSchema = z.object({
  name: field('name').describe('Name of the application and of the custom resource: an RFC 1123 label'),
  repository_url: field('repository_url').describe('Git repository, without credentials'),
  branch: field('branch').default('main').describe('Branch of the repository'),
  environment: field('environment').describe('Environment that it is for'),
});

/** Body of a change: any of the fields. */
export const updateSchema = z.object({
  name: createSchema.shape.name.optional(),
  repository_url: createSchema.shape.repository_url.optional(),
  branch: field('branch').optional().describe('Branch of the repository'),
  environment: createSchema.shape.environment.optional(),
});

const wholeNumber = (max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'expected a whole number')
    .transform(Number)
    .pipe(z.number().max(max, `expected at most ${max}`));

export const listSchema = z.object({
  skip: wholeNumber(1_000_000).default(0).describe('Rows to leave out; a cursor is better'),
  limit: wholeNumber(1_000)
    .pipe(z.number().min(1, 'expected at least 1'))
    .default(100)
    .describe('Most rows in the answer'),
  cursor: z
    .string()
    .max(1_000)
    .optional()
    .describe('Continues where the page with this cursor in its Link ended'),
  name: z.string().max(63).optional().describe('Only the one of this name'),
  environment: z.string().max(63).optional().describe('Only those of this environment'),
  deleting: z
    .enum(['true', 'false'], { error: 'expected true or false' })
    .default('false')
    .transform((text) => text === 'true')
    .describe('With those that are being deleted'),
});

export const historySchema = z.object({
  limit: wholeNumber(1_000)
    .pipe(z.number().min(1, 'expected at least 1'))
    .default(100)
    .describe('Most generations in the answer'),
  before: wholeNumber(999_999_999).optional().describe('Only generations below this one'),
});

export const streamSchema = z.object({
  id: z.uuid({ error: 'expected a uuid' }).optional().describe('Only this AppConfig'),
  lastEventId: z.string().max(4_096).optional().describe('Continues after this id, as Last-Event-ID does'),
});

export type ListParameters = z.output<typeof listSchema>;
