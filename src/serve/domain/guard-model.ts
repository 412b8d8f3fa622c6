/** A model under the warnings of domain kits: asked nothing where a kit answers, and its texts with what belongs below them. */

import type { AnswerWriter } from '../../apps/index.ts';
import { nextTurn } from '../../decode/index.ts';
import type { Rule } from '../../store/index.ts';
import type { GenerationPart } from '../../types.ts';
import type { AppContext } from '../app.ts';
import { moderateParts } from '../moderation/moderate-parts.ts';
import { isRemote, type RemoteServed, type ServedModel } from '../served-model.ts';
import type { KitDecision, KitGuard } from './kit-guard.ts';

export interface GuardOptions {
  /** What the person asks; without, each prompt is what is asked. `null`: that was looked at elsewhere. */
  readonly asked?: string | null;
  /** The text is read by a program: nothing is put below it. */
  readonly isForm?: boolean;
}

type Finish = Extract<GenerationPart, { readonly type: 'finish' }>;

/** What is written on behalf of one request: so many texts, some of which a kit answers. */
interface Work {
  /** What each text is asked. */
  readonly asked: readonly string[];
  readonly model: string;
  readonly isForm: boolean;
  /** Writes the texts with these numbers, counted from 0 as they come. */
  open(texts: readonly number[], signal: AbortSignal): AsyncIterable<GenerationPart>;
}

/** The model as this request sees it; the same one where there is no kit. */
export function guardModel<Model extends ServedModel | RemoteServed>(
  c: AppContext,
  model: Model,
  guard: KitGuard | undefined,
  options: GuardOptions = {},
): Model {
  if (!guard) return model;
  return (
    isRemote(model) ? guardRemote(c, model, guard, options) : guardOwn(c, model, guard, options)
  ) as Model;
}

function guardOwn(c: AppContext, model: ServedModel, guard: KitGuard, options: GuardOptions): ServedModel {
  const { tokenizer, prefixIds } = model;
  const write: ServedModel['write'] = (request, signal) => {
    const { prompts, n } = request;
    // Where nothing is written, something is measured.
    if (request.maxTokens === 0) return model.write(request, signal);
    const words = prompts.map(
      (ids) => options.asked ?? (options.asked === null ? '' : tokenizer.decode(ids.slice(prefixIds.length))),
    );
    return guarded(
      c,
      guard,
      {
        asked: words.flatMap((one) => times(n, one)),
        model: model.id,
        isForm: options.isForm === true || request.constraint !== undefined,
        open: (texts, both) => model.write({ ...request, prompts: promptsOf(prompts, texts, n) }, both),
      },
      signal,
    );
  };
  // NOTE: what changes while the model runs (its load) is still read from the model itself.
  return Object.create(model, { write: { value: write } });
}

function guardRemote(
  c: AppContext,
  model: RemoteServed,
  guard: KitGuard,
  options: GuardOptions,
): RemoteServed {
  const { asked: given, isForm = false } = options;
  return {
    ...model,
    complete(body, signal) {
      const { prompt } = body;
      const [only, ...more] = Array.isArray(prompt) ? prompt : [prompt];
      // Where nothing is written, something is measured; of several prompts an endpoint answers none.
      if (body.max_tokens === 0 || more.length > 0) return model.complete(body, signal);
      const words = given ?? (given === undefined && typeof only === 'string' ? only : '');
      const open: Work['open'] = (_, both) => model.complete(body, both);
      return guarded(c, guard, { asked: times(body.n, words), model: model.id, isForm, open }, signal);
    },
    chat(body, signal) {
      const asked = times(body.n, given ?? '');
      return guarded(
        c,
        guard,
        { asked, model: model.id, isForm, open: (_, both) => model.chat(body, both) },
        signal,
      );
    },
  };
}

const times = (n: number | null | undefined, word: string): string[] =>
  Array.from({ length: n ?? 1 }, () => word);

/** All texts of a prompt are asked alike: they are answered by a kit together, or none of them is. */
const promptsOf = <Prompt>(prompts: readonly Prompt[], texts: readonly number[], n: number): Prompt[] =>
  prompts.filter((_, i) => texts.includes(i * n));

async function* guarded(
  c: AppContext,
  guard: KitGuard,
  { asked, model, isForm, open }: Work,
  signal: AbortSignal,
): AsyncGenerator<GenerationPart, void> {
  const trace = c.get('trace');
  const end = trace?.begin();
  try {
    const decisions = new Map<string, KitDecision | undefined>([['', undefined]]);
    for (const one of asked) {
      if (decisions.has(one)) continue;
      decisions.set(one, guard.ask(one));
      // A long one takes a while: others have their turn.
      await nextTurn();
    }
    const decided = asked.map((one) => decisions.get(one));
    const told: string[] = [];
    for (const [index, decision] of decided.entries()) {
      if (!decision) continue;
      noteDecision(c, decision);
      told.push(decision.text);
      yield { type: 'text-delta', index, text: decision.text };
      yield { type: 'finish', index, reason: 'stop', promptTokens: 0, completionTokens: 0 };
    }
    const texts = [...asked.keys()].filter((i) => !decided[i]);
    if (texts.length > 0) {
      const controller = new AbortController();
      const parts = open(texts, AbortSignal.any([signal, controller.signal]));
      const passed = moderateParts(parts, guard.rules, {
        texts: texts.length,
        stop: () => controller.abort(),
        onMatch: (rule) => noteRule(c, rule),
      });
      const notes = writeNotes(c, guard, { asked, isForm, texts });
      for await (const part of passed) yield* notes(part);
    }
    if (trace && told.length > 0) {
      trace.model = model;
      if (trace.prompt === '') trace.prompt = asked.join('\n');
      trace.output = [...told, ...(trace.output ? [trace.output] : [])].join('\n');
    }
  } finally {
    end?.();
  }
}

/** Parts of the texts that a model writes, under the numbers they have in the request, each with its notices before its end. */
function writeNotes(
  c: AppContext,
  guard: KitGuard,
  { asked, isForm, texts }: Pick<Work, 'asked' | 'isForm'> & { readonly texts: readonly number[] },
): (part: GenerationPart) => GenerationPart[] {
  const written = texts.map(() => '');
  return (part) => {
    const own = part.index ?? 0;
    const index = texts[own];
    if (part.type === 'text-delta') written[own] += part.text;
    const moved = { ...part, index };
    if (part.type !== 'finish' || isForm || !takesNotice(part, written[own])) return [moved];
    const notices = guard.notices(asked[index], written[own]);
    for (const notice of notices) noteDecision(c, notice);
    return [
      ...notices.map(({ text }): GenerationPart => ({ type: 'text-delta', index, text: `\n\n${text}` })),
      moved,
    ];
  };
}

const takesNotice = ({ reason }: Finish, text: string): boolean =>
  text.trim() !== '' && reason !== 'error' && reason !== 'aborted';

/** Who writes answers from documents, whose words the kits' rules look at. */
export const guardWriter = (writer: AnswerWriter, { rules }: KitGuard): AnswerWriter => ({
  ...writer,
  // No rule of a kit ends a text.
  write: (prompt, how) => moderateParts(writer.write(prompt, how), rules, { texts: 1, stop: () => {} }),
});

/** Puts a decision into the row of the audit log. */
export const noteDecision = (c: AppContext, { row }: KitDecision): void => noteRule(c, row);

/** Patterns of one rule are one row. */
export function noteRule(c: AppContext, rule: Rule): void {
  c.get('trace')?.rules.set(`kit/${rule.name}`, rule);
}
