/** `/v1/images/generations`: pictures for a prompt, in OpenAI's wire form. */

import { z } from 'zod';
import type { AppContext } from '../app.ts';
import { fail } from '../errors.ts';
import { limits } from '../limits.ts';
import { beginTask } from './begin-task.ts';
import type { TaskModel } from './task-model.ts';

const text = z.string();

export const drawingBody = z.strictObject({
  model: text.nullish(),
  prompt: text.min(1).max(limits.drawingPrompt),
  n: z.int().min(1).max(limits.drawings).nullish(),
  /** `auto` or a square, as 256x256: what the model draws is scaled to it. */
  size: text.max(20).nullish(),
  /** Pictures are answered in the body; no address is made. */
  response_format: z.literal('b64_json').nullish(),
  output_format: z.literal('png').nullish(),
  // Ours.
  seed: z
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER - limits.drawings)
    .nullish(),
  guidance: z.number().min(0).max(limits.drawingGuidance).nullish(),
  steps: z.int().min(1).max(limits.drawingSteps).nullish(),
  // Known, and without effect here.
  background: text.nullish(),
  moderation: text.nullish(),
  output_compression: z.number().nullish(),
  quality: text.nullish(),
  style: text.nullish(),
  user: text.nullish(),
});

/** Another each time, where nobody names one; small enough to be read out and typed again. */
const anySeed = (): number => Math.floor(Math.random() * 2 ** 31);

export async function answerDrawings(
  c: AppContext,
  { prompt, n, size: asked, seed, guidance, steps }: z.infer<typeof drawingBody>,
  model: TaskModel,
): Promise<Response> {
  const size = sideOf(asked);
  const wishes = {
    ...(size !== undefined && { size }),
    ...(guidance != null && { guidance }),
    ...(steps != null && { steps }),
  };
  const texts = Array<string>(n ?? 1).fill(prompt);
  const work = beginTask(c, model, { kind: 'draw', texts, seed: seed ?? anySeed(), ...wishes }, 'img-');
  const data: object[] = [];
  let side: number | undefined;
  for await (const { png, size: drawn, seed: own, text: revised } of work.answers) {
    side = drawn;
    data.push({ b64_json: png, ...(revised !== undefined && { revised_prompt: revised }), seed: own });
  }
  const { is_complete, usage } = work.tail();
  const { prompt_tokens: input_tokens, completion_tokens: output_tokens, total_tokens } = usage;
  return c.json({
    ...work.head('images'),
    data,
    ...(side !== undefined && { size: `${side}x${side}` }),
    output_format: 'png',
    is_complete,
    usage: { input_tokens, output_tokens, total_tokens },
  });
}

/** Pixels of a side. @throws `serve/field` for what is no square within the limit */
function sideOf(size: string | null | undefined): number | undefined {
  if (size == null || size === 'auto') return undefined;
  const [, width, height] = /^(\d{1,5})x(\d{1,5})$/.exec(size) ?? [];
  const side = Number(width);
  if (width === height && side >= 1 && side <= limits.drawingSide) return side;
  throw fail('serve/field', {
    field: 'size',
    rule: `"auto", or a square of at most ${limits.drawingSide} pixels a side such as "256x256"`,
    zhRule: `"auto"，或边长至多 ${limits.drawingSide} 像素的正方形，如 "256x256"`,
    got: size,
  });
}
