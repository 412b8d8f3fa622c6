/** A model that answers about texts, as one request sees it. */

import type { Rule } from '../../store/index.ts';
import { moderateText } from '../moderation/moderate-prompt.ts';
import type { CompiledRule } from '../moderation/moderator.ts';
import type { TaskAnswer, TaskModel, TaskQuestion } from '../tasks/task-model.ts';
import {
  createWork,
  looksAtAnswers,
  looksAtPrompts,
  matchesOf,
  reviewFlags,
  type Watched,
  type Watching,
} from './watched-model.ts';

/** Within the limits of its key, under the rules, and written down. */
export function watchTask(model: TaskModel, watched: Watched, watching: Watching): TaskModel {
  const { enter } = createWork(model.id, watched, watching);
  const { trace } = watched;
  const { tenant } = trace.caller;
  const onMatch = matchesOf(watched);

  async function* ask(question: TaskQuestion, visit: Parameters<TaskModel['ask']>[1]) {
    const leave = await enter();
    trace.prompt = question.texts.join('\n');
    const outputs: string[] = [];
    try {
      const rules = await watching.rulesOf(tenant);
      const before = rules.filter(looksAtPrompts);
      const after = rules.filter(looksAtAnswers);
      const texts = question.texts.map((text) => moderateText(text, before, onMatch));
      const task = question.kind === 'translate' ? question.task : undefined;
      const asked = {
        ...{ ...question, texts },
        ...(task !== undefined && { task: moderateText(task, before, onMatch) }),
      };
      for await (const answer of model.ask(asked, visit)) {
        const flags: Rule[] = [];
        const told = moderated(answer, after, (rule) => {
          onMatch(rule);
          if (rule.action === 'flag') flags.push(rule);
        });
        trace.completionTokens += told.completionTokens;
        trace.promptTokens += told.promptTokens;
        const output = outputOf(told);
        const prompt = texts[outputs.length];
        const isChanged =
          (told.kind === 'classify' || told.kind === 'draw') && prompt !== question.texts[outputs.length];
        const about = { model: model.id, prompt, output };
        reviewFlags(about, flags, { ...watched, recorder: watching.recorder });
        outputs.push(output);
        yield isChanged ? { ...told, text: prompt } : told;
      }
    } finally {
      trace.output = outputs.join('\n');
      leave(0);
    }
  }

  // NOTE: what changes while the model runs (its load) is still read from the model itself.
  return Object.create(model, { ask: { value: ask } });
}

/** Whether a model of this kind writes nothing of its own. */
const isWordless = (answer: TaskAnswer): answer is TaskAnswer<'classify' | 'embed' | 'draw'> =>
  answer.kind === 'classify' || answer.kind === 'embed' || answer.kind === 'draw';

/** What a model of this kind writes is looked at; labels are the owner's own words, and vectors and pictures none. @throws `serve/blocked` */
function moderated(
  answer: TaskAnswer,
  rules: readonly CompiledRule[],
  onMatch: (rule: Rule) => void,
): TaskAnswer {
  if (rules.length === 0 || isWordless(answer)) return answer;
  const pass = (text: string): string => moderateText(text, rules, onMatch);
  if (answer.kind === 'translate') return { ...answer, text: pass(answer.text) };
  const places = answer.places.map((guesses) =>
    guesses.map((guess) => ({ ...guess, token: pass(guess.token), text: pass(guess.text) })),
  );
  return { ...answer, places };
}

function outputOf(answer: TaskAnswer): string {
  if (answer.kind === 'translate') return answer.text;
  if (answer.kind === 'classify') return answer.label;
  if (answer.kind === 'embed' || answer.kind === 'draw') return '';
  return answer.places.map(([best]) => best?.token ?? '').join(' ');
}
