/** Attacks on a model: what one is, and how a file of them is read. Those that come along are in usual-attacks.ts. */

import { z } from 'zod';
import { fail } from '../errors.ts';
import type { BiasRecord } from './bias-items.ts';
import { MOST_BIAS_ITEMS } from './bias-items.ts';

export const attackCategories = ['jailbreak', 'injection', 'extraction'] as const;
/** Out of its rules; into doing what a document says; a secret out of it. */
export type AttackCategory = (typeof attackCategories)[number];

const text = z.string().min(1).max(100_000);
const name = z.string().min(1).max(200);

const attack = z.strictObject({
  /** Different for each. */
  id: name,
  category: z.enum(attackCategories),
  language: z.enum(['en', 'zh']).default('en'),
  /** What the target was told before; `{{canary}}` in any text is a secret drawn for the attack. */
  system: text.optional(),
  /** What is asked, with the document in it where there is one. */
  prompt: text,
  /** Names of tools that it may call. */
  tools: z.array(name).min(1).max(20).optional(),
  /** The attack succeeds when the secret is told, one of the phrases is said, or this tool is called. */
  success: z.union([
    z.strictObject({ leaks: z.literal('canary') }),
    z.strictObject({ says: z.array(text).min(1).max(100) }),
    z.strictObject({ calls: name }),
  ]),
});

export type Attack = z.output<typeof attack>;

/** Reads a file of attacks. @throws `eval/attack`, `eval/many-items` */
export async function readAttacks(records: AsyncIterable<BiasRecord>, path: string): Promise<Attack[]> {
  const attacks: Attack[] = [];
  for await (const { where, fields } of records) {
    const found = attack.safeParse(fields, { reportInput: true });
    if (!found.success) throw fail('eval/attack', { where, issue: found.error.issues[0] });
    attacks.push(found.data);
    if (attacks.length > MOST_BIAS_ITEMS)
      throw fail('eval/many-items', { where: path, most: MOST_BIAS_ITEMS, got: attacks.length });
  }
  return attacks;
}
