/** Bodies and parameters of the routes over the state. */

import { z } from 'zod';
import { limits } from '../../store/index.ts';
import { limits as serveLimits } from '../limits.ts';

const text = z.string().max(limits.textLength);
const name = z.string().trim().min(1).max(limits.nameLength);
const json = z.record(z.string(), z.unknown());

/** Of every list. */
const page = {
  limit: z.coerce.number().int().min(1).max(limits.page).default(20),
  before: z.string().max(100).optional(),
};

const conversation = {
  title: z.string().max(limits.titleLength).optional(),
  model: name.nullable().optional(),
  settings: json.optional(),
};

export const conversationBody = z.strictObject(conversation);
export const conversationChange = z.strictObject({ ...conversation, leaf: z.string().nullable().optional() });
export const conversationQuery = z.strictObject({
  ...page,
  search: z.string().max(limits.titleLength).optional(),
});
export const exportQuery = z.strictObject({ format: z.enum(['json', 'markdown']).default('json') });

export const messageBody = z.strictObject({
  parent: z.string().nullable().optional(),
  siblingOf: z.string().optional(),
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  content: text,
  model: name.nullable().optional(),
  detail: json.optional(),
});

export const reviewBody = z.strictObject({
  prompt: text,
  output: text,
  model: name.nullable().optional(),
  note: z.string().max(limits.noteLength).optional(),
});
export const reviewQuery = z.strictObject({
  ...page,
  status: z.enum(['open', 'done']).optional(),
  why: z.enum(['loop', 'rule', 'manual']).optional(),
  reviewer: name.optional(),
});
export const ruleBody = z.strictObject({
  name,
  kind: z.enum(['literal', 'regex']).default('literal'),
  pattern: z.string().min(1).max(serveLimits.ruleLength),
  action: z.enum(['block', 'rewrite', 'flag']),
  replacement: z.string().max(serveLimits.ruleLength).default(''),
  stage: z.enum(['before', 'after', 'both']).default('both'),
  isOn: z.boolean().default(true),
  isForAll: z.boolean().default(false),
});
/** NOTE: a change has no defaults: what is not named stays. */
export const ruleChange = z.strictObject({
  name: name.optional(),
  kind: z.enum(['literal', 'regex']).optional(),
  pattern: z.string().min(1).max(serveLimits.ruleLength).optional(),
  action: z.enum(['block', 'rewrite', 'flag']).optional(),
  replacement: z.string().max(serveLimits.ruleLength).optional(),
  stage: z.enum(['before', 'after', 'both']).optional(),
  isOn: z.boolean().optional(),
});

export const decisionBody = z
  .strictObject({
    reviewer: name,
    decision: z.enum(['approve', 'edit', 'reject', 'make-rule']),
    edited: text.min(1).nullable().default(null),
    note: z.string().max(limits.noteLength).nullable().default(null),
    rule: ruleBody.nullable().default(null),
    /** Refused where this reviewer has decided already. */
    isFirst: z.boolean().default(false),
  })
  .refine(({ decision, edited }) => (decision === 'edit') === (edited !== null), { path: ['edited'] })
  .refine(({ decision, rule }) => (decision === 'make-rule') === (rule !== null), { path: ['rule'] });

export const auditQuery = z.strictObject({
  ...page,
  decision: z.enum(['block', 'rewrite', 'flag']).optional(),
  request: z.string().max(100).optional(),
});

const amount = z
  .int()
  .min(1)
  .max(2 ** 31 - 1)
  .nullable()
  .optional();
export const keyBody = z.strictObject({
  name,
  tenant: name.optional(),
  isAdmin: z.boolean().optional(),
  requestsPerMinute: amount,
  tokensPerDay: z.int().min(1).nullable().optional(),
  concurrent: amount,
});
