/** Any strategy as one that writes for a source: what is a prompt elsewhere is here the text to translate. */

import type { LanguageModel, SourceModel } from '../types.ts';
import type { Strategy } from './strategy.ts';

/**
 * The same strategy on what `model` writes for the prompt, which it reads as its source. What is written begins anew: to processors,
 * constraints and a guard inside `strategy` the source is no part of the text.
 *
 * @example
 * const strategy = fromSource(beamSearch({ beams: 4 }), model);
 * createTextModel(sourceReader(model), tokenizer, { strategy }).generate({ prompt: ['A dog runs.', 'Two men sit.'] });
 */
export function fromSource(strategy: Strategy, model: SourceModel): Strategy {
  return (task) => {
    const { promptIds, promptLength } = task;
    const { contextLength, open } = model.read(promptIds.slice(0, promptLength));
    return strategy({
      ...task,
      // Of the vocabulary, what the task's own model shows of it.
      model: { vocabSize: task.model.vocabSize, contextLength, open },
      promptIds: [model.startId, ...promptIds.slice(promptLength)],
      promptLength: 1,
    });
  };
}

/** What takes the steps of such strategies, for any sources side by side; a sequence that it opens itself has an empty source. */
export function sourceReader({ vocabSize, sourceLength, startId, read, step }: SourceModel): LanguageModel {
  return { vocabSize, contextLength: sourceLength, open: () => read([startId]).open(), step };
}
