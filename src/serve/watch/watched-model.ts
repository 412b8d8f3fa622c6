/** A model as one request sees it: within the limits of its key, under the rules, and written down. */

import type { NewReview, Rule } from '../../store/index.ts';
import type { GenerationPart } from '../../types.ts';
import { tokensIn } from '../inspect-questions.ts';
import { moderateParts } from '../moderation/moderate-parts.ts';
import { moderatePrompt, moderateText } from '../moderation/moderate-prompt.ts';
import type { CompiledRule } from '../moderation/moderator.ts';
import type { ChatBody, EmbeddingBody } from '../openai/schemas.ts';
import type { RemoteServed, ServedModel } from '../served-model.ts';
import { dayOf, type KeyCounts } from './key-limits.ts';
import type { Recorder } from './recorder.ts';
import type { Trace } from './trace.ts';

export interface Watching {
  readonly counts: KeyCounts;
  readonly recorder: Recorder;
  /** The rules that hold for a tenant and are on. */
  rulesOf(tenant: string): Promise<readonly CompiledRule[]>;
}

/** The request that watches. */
export interface Watched {
  readonly request: string;
  readonly trace: Trace;
}

/** A generation that is asked for. */
interface Asked {
  /** As text; each is continued n times. */
  readonly prompts: readonly string[];
  readonly n: number;
  /** Begins it, with the prompts as these rules let them through. @throws `serve/blocked` */
  open(rules: readonly CompiledRule[], signal: AbortSignal): AsyncIterable<GenerationPart>;
}

/** One text while it is written. */
interface Text {
  output: string;
  readonly loops: object[];
  /** Rules that want a person to look at it. */
  readonly flags: Rule[];
}

/** A model of ours, watched for one request. */
export function watchModel(model: ServedModel, watched: Watched, watching: Watching): ServedModel {
  const { tokenizer, prefixIds } = model;
  const { write: run, visit, rulesBefore } = createWork(model.id, watched, watching);
  const onMatch = matchesOf(watched);
  const passed = (texts: readonly (readonly number[])[], rules: readonly CompiledRule[]) =>
    rules.length === 0 ? texts : texts.map((ids) => moderatePrompt(ids, rules, { tokenizer, onMatch }));
  const write: ServedModel['write'] = (request, signal) =>
    run(
      {
        n: request.n,
        prompts: request.prompts.map((ids) =>
          tokenizer.decode(ids.slice(prefixIds.length), { keepSpecial: true }),
        ),
        open: (rules, both) => model.write({ ...request, prompts: passed(request.prompts, rules) }, both),
      },
      signal,
    );
  // What is scored is counted when it is written: a text that is echoed is one text.
  const score: ServedModel['score'] = (ids, how) => visit(0, () => model.score(ids, how));
  const embed: ServedModel['embed'] = (texts, how) =>
    visit(
      texts.reduce((sum, { length }) => sum + length, 0),
      async () => model.embed(passed(texts, await rulesBefore()), how),
    );
  const inspect: ServedModel['inspect'] =
    model.inspect && ((question, how) => visit(tokensIn(question), () => model.inspect!(question, how)));
  // NOTE: what changes while the model runs (its load) is still read from the model itself.
  const own = Object.entries({ write, score, embed, inspect });
  return Object.create(model, Object.fromEntries(own.map(([name, value]) => [name, { value }])));
}

/** A model behind another endpoint, watched for one request. */
export function watchRemote(model: RemoteServed, watched: Watched, watching: Watching): RemoteServed {
  const { write: run, visit, rulesBefore } = createWork(model.id, watched, watching);
  const onMatch = matchesOf(watched);
  return {
    ...model,
    complete(body, signal) {
      const { prompt, suffix } = body;
      const texts = (Array.isArray(prompt) ? prompt : [prompt]).filter((one) => typeof one === 'string');
      const passed = (rules: readonly CompiledRule[]) =>
        texts.length > 0 ? texts.map((text) => moderateText(text, rules, onMatch)) : prompt;
      const behind = (rules: readonly CompiledRule[]) =>
        suffix == null ? {} : { suffix: moderateText(suffix, rules, onMatch) };
      return run(
        {
          prompts: texts.length > 0 ? texts : [''],
          n: body.n ?? 1,
          open: (rules, both) => model.complete({ ...body, prompt: passed(rules), ...behind(rules) }, both),
        },
        signal,
      );
    },
    chat(body, signal) {
      return run(
        {
          prompts: [body.messages.flatMap(textsOf).join('\n')],
          n: body.n ?? 1,
          open(rules, both) {
            const messages = body.messages.map((message) => moderateMessage(message, rules, onMatch));
            return model.chat({ ...body, messages }, both);
          },
        },
        signal,
      );
    },
    embed: (body, signal) =>
      visit(0, async () => {
        const input = moderateInput(body.input, await rulesBefore(), onMatch);
        const answer = await model.embed({ ...body, input }, signal);
        watched.trace.promptTokens += answer.promptTokens;
        return answer;
      }),
  };
}

/** What is embedded. Ids of another's tokenizer cannot be read. @throws `serve/blocked` */
function moderateInput(
  input: EmbeddingBody['input'],
  rules: readonly CompiledRule[],
  onMatch: (rule: Rule) => void,
): EmbeddingBody['input'] {
  const pass = (part: unknown): unknown =>
    typeof part === 'string' ? moderateText(part, rules, onMatch) : part;
  return (Array.isArray(input) ? input.map(pass) : pass(input)) as EmbeddingBody['input'];
}

type Message = ChatBody['messages'][number];

const textsOf = ({ content }: Message): string[] =>
  typeof content === 'string' ? [content] : (content ?? []).map(({ text }) => text);

function moderateMessage(
  message: Message,
  rules: readonly CompiledRule[],
  onMatch: (rule: Rule) => void,
): Message {
  const { content } = message;
  if (content == null) return message;
  const passed =
    typeof content === 'string'
      ? moderateText(content, rules, onMatch)
      : content.map((part) => ({ ...part, text: moderateText(part.text, rules, onMatch) }));
  return { ...message, content: passed } as Message;
}

export const looksAtPrompts = ({ rule }: CompiledRule): boolean => rule.stage !== 'after';

export const looksAtAnswers = ({ rule }: CompiledRule): boolean => rule.stage !== 'before';

export const matchesOf =
  ({ trace }: Watched) =>
  (rule: Rule): void =>
    void trace.rules.set(rule.id, rule);

/** Puts a text before a person, where rules want one to look at it. */
export function reviewFlags(
  about: Pick<NewReview, 'model' | 'prompt' | 'output'>,
  flags: readonly Rule[],
  { request, trace, recorder }: Watched & Pick<Watching, 'recorder'>,
): void {
  if (flags.length === 0) return;
  const rules = flags.map(({ id, name }) => ({ id, name }));
  recorder.review(trace.caller.tenant, { ...about, request, why: 'rule', detail: { rules } });
}

/** Runs the work of one request on one model. */
export function createWork(model: string, { request, trace }: Watched, watching: Watching) {
  const { counts, recorder, rulesOf } = watching;
  const { tenant, stored } = trace.caller;
  trace.model = model;

  let spent = 0;
  const spend = (): void => {
    const tokens = trace.promptTokens + trace.completionTokens - spent;
    spent += tokens;
    if (!stored || tokens === 0) return;
    counts.used(stored, tokens);
    recorder.use(stored.id, dayOf(Date.now()), tokens);
  };

  /** What is left of it: the tokens used, the log, and the queue of those that a person should see. */
  const close = ({ prompts, n }: Asked, texts: readonly Text[]): void => {
    trace.output = texts.map(({ output }) => output).join('\n');
    spend();
    for (const [i, { output, loops, flags }] of texts.entries()) {
      trace.repairs += loops.length;
      const about = { model, request, prompt: prompts[Math.floor(i / n)], output };
      if (loops.length > 0) recorder.review(tenant, { ...about, why: 'loop', detail: { loops } });
      reviewFlags(about, flags, { request, trace, recorder });
    }
  };

  const rulesBefore = async (): Promise<readonly CompiledRule[]> =>
    (await rulesOf(tenant)).filter(looksAtPrompts);

  /** Begins work that goes on from nothing; what is returned ends it, after so many tokens. */
  async function enter(): Promise<(tokens: number) => void> {
    const release = stored && (await counts.begin(stored));
    const end = trace.begin();
    return (tokens) => {
      release?.();
      trace.promptTokens += tokens;
      spend();
      end();
    };
  }

  /** Work that writes nothing, on so many tokens. */
  async function visit<Result>(tokens: number, work: () => Promise<Result>): Promise<Result> {
    const leave = await enter();
    try {
      return await work();
    } finally {
      leave(tokens);
    }
  }

  async function* write(asked: Asked, signal: AbortSignal): AsyncGenerator<GenerationPart, void> {
    const release = stored && (await counts.begin(stored));
    const end = trace.begin();
    const texts = Array.from(
      { length: asked.prompts.length * asked.n },
      (): Text => ({ output: '', loops: [], flags: [] }),
    );
    trace.prompt = asked.prompts.join('\n');
    try {
      const rules = await rulesOf(tenant);
      const controller = new AbortController();
      const parts = asked.open(rules.filter(looksAtPrompts), AbortSignal.any([signal, controller.signal]));
      const after = rules.filter(looksAtAnswers);
      const options = {
        texts: texts.length,
        stop: () => controller.abort(),
        onMatch: (rule: Rule, index: number) => {
          trace.rules.set(rule.id, rule);
          if (rule.action === 'flag') texts[index].flags.push(rule);
        },
      };
      for await (const part of after.length > 0 ? moderateParts(parts, after, options) : parts) {
        follow(part, texts[part.index ?? 0], trace);
        yield part;
      }
    } finally {
      release?.();
      close(asked, texts);
      end();
    }
  }

  return { write, enter, visit, rulesBefore };
}

function follow(part: GenerationPart, text: Text, trace: Trace): void {
  if (part.type === 'text-delta') text.output += part.text;
  else if (part.type === 'loop-repaired') {
    const { onset, period, action } = part;
    text.loops.push({ onset, period, action });
  } else {
    trace.promptTokens += part.promptTokens;
    trace.completionTokens += part.completionTokens;
  }
}
