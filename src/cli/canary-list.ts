/** The list of canaries that lie in a text: written beside it, read when a model is probed. */

import { z } from 'zod';
import { type Canary, type CanaryFormat, MOST_CANARIES, parseCanaryFormat } from '../data/index.ts';
import { writeFileAtomic } from '../io/index.ts';
import { issueReason } from '../issues.ts';
import { failMeasure } from './measure-errors.ts';
import { readTextFile } from './text-file.ts';

const schema = z.object({
  version: z.literal(1),
  format: z.string(),
  canaries: z
    .array(z.object({ secret: z.string().regex(/^\d{1,9}$/), times: z.int().min(0) }))
    .min(1)
    .max(MOST_CANARIES),
});

/** `corpus.jsonl` → `corpus.canaries.json`. */
export const canaryListPath = (text: string): string => `${text.replace(/\.\w+$/, '')}.canaries.json`;

export async function writeCanaryList(
  path: string,
  format: string,
  canaries: readonly Canary[],
): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify({ version: 1, format, canaries }, null, 2)}\n`);
}

/** @throws `cli/canary-list` */
export async function readCanaryList(
  path: string,
): Promise<{ readonly format: CanaryFormat; readonly canaries: readonly Canary[] }> {
  const text = await readTextFile(path);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const reason = (error as Error).message;
    throw failMeasure('cli/canary-list', { path, reason, zhReason: reason }, error);
  }
  const { data, error } = schema.safeParse(json, { reportInput: true });
  if (!data) {
    const [issue] = error.issues;
    const reason = { reason: issueReason(issue, 'en'), zhReason: issueReason(issue, 'zh') };
    throw failMeasure('cli/canary-list', { path, ...reason });
  }
  const format = parseCanaryFormat(data.format);
  const other = data.canaries.find(({ secret }) => secret.length !== format.digits);
  if (other) {
    const reason = `a secret of ${format.digits} digits is expected, got ${other.secret}`;
    throw failMeasure('cli/canary-list', {
      path,
      reason,
      zhReason: `秘密应为 ${format.digits} 位，得到 ${other.secret}`,
    });
  }
  return { format, canaries: data.canaries };
}
