/** A question to a model that answers about texts, on behalf of a client. */

import type { AppContext } from '../app.ts';
import { followClient } from '../openai/stream.ts';
import type { TaskAnswer, TaskKind, TaskModel, TaskQuestion } from './task-model.ts';

/** Asks the model, follows the client and counts; the answers come as they are read. */
export function beginTask<Kind extends TaskKind>(
  c: AppContext,
  model: TaskModel,
  question: TaskQuestion<Kind>,
  prefix: string,
) {
  const controller = followClient(c);
  const usage = { prompt_tokens: 0, completion_tokens: 0 };
  let answered = 0;
  async function* answers(): AsyncGenerator<TaskAnswer<Kind>, void> {
    const visit = { tenant: c.get('tenant'), signal: controller.signal };
    try {
      for await (const answer of model.ask(question as unknown as TaskQuestion, visit)) {
        answered++;
        usage.prompt_tokens += answer.promptTokens;
        usage.completion_tokens += answer.completionTokens;
        // It is answered in the kind that was asked.
        yield answer as unknown as TaskAnswer<Kind>;
      }
    } finally {
      const { prompt_tokens: promptTokens, completion_tokens: completionTokens } = usage;
      c.get('metrics').written({ promptTokens, completionTokens, repairs: 0 });
    }
  }
  return {
    controller,
    answers: answers(),
    head: (object: string) => ({
      id: c.get('requestId').replace('req_', prefix),
      object,
      created: Math.floor(Date.now() / 1000),
      model: model.id,
    }),
    /** Some answers may be missing where the time was up. */
    tail: () => ({
      is_complete: answered === question.texts.length,
      usage: { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens },
    }),
  };
}
