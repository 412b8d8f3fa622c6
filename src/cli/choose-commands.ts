/** The command lines that do what was chosen, with everything filled in that is known. */

import {
  type ChoiceFacts,
  type ChoiceLanguage,
  type ChoiceTask,
  type ModelName,
  modelCandidates,
} from '../eval/index.ts';
import { defineMessages } from '../language.ts';
import { ownShape } from './choose-shapes.ts';
import { quoteWord } from './shell-words.ts';

const say = defineMessages({
  prompt: { en: () => 'what you want to ask', zh: () => '你想问的' },
});

/** What the user named. */
export interface CommandWords {
  readonly data?: string | undefined;
  readonly textColumn?: string | undefined;
  readonly labelColumn?: string | undefined;
  readonly header?: boolean;
  readonly endpoint?: string | undefined;
}

/** What stands for data that was not named. */
const usualData: { readonly [Task in ChoiceTask]: string } = {
  classify: 'texts.csv',
  tag: 'tagged.conll',
  write: 'texts.txt',
  translate: 'pairs.tsv',
  summarize: 'texts.txt',
  answer: 'texts',
  search: 'texts',
};

type ByLanguage = { readonly [L in ChoiceLanguage]: string };
const same = (folder: string): ByLanguage => ({ en: folder, zh: folder, mixed: folder, other: folder });

/** Folders of weights of the size that the costs are told for; whoever takes them fetches them. */
const weights: { readonly [Name in ModelName]?: ByLanguage } = {
  'encoder-pretrained': {
    en: 'models/bert-base-uncased',
    zh: 'models/bert-base-chinese',
    mixed: 'models/bert-base-multilingual-cased',
    other: 'models/bert-base-multilingual-cased',
  },
  embedder: {
    en: 'models/bge-base-en-v1.5',
    zh: 'models/bge-base-zh-v1.5',
    mixed: 'models/multilingual-e5-base',
    other: 'models/multilingual-e5-base',
  },
  'decoder-head': same('models/Qwen2.5-0.5B'),
  'decoder-pretrained': same('models/Qwen2.5-0.5B'),
  'decoder-7b': same('models/Llama-2-7b-hf'),
  'pairs-pretrained': same('models/opus-mt'),
};

const NO_ENDPOINT = 'https://HOST/v1#MODEL';
const PLAIN_TEXT = 'texts.txt';

/** The commands of a model for the task of the facts. */
export function commandsFor(name: ModelName, facts: ChoiceFacts, words: CommandWords): string[] {
  const { task, language } = facts;
  const { data = usualData[task], textColumn, labelColumn, header = true, endpoint = NO_ENDPOINT } = words;
  const column = textColumn === undefined ? '' : ` --text-column ${quoteWord(textColumn)}`;
  const label = labelColumn === undefined ? '' : ` --label-column ${quoteWord(labelColumn)}`;
  const isTable = task === 'classify';
  const own = isTable ? `${column}${label}${header ? '' : ' --no-header'}` : column;
  const file = quoteWord(data);
  // A table without header, and tagged words, are nothing that train reads.
  const texts = isTable && header ? `${file}${column}` : PLAIN_TEXT;
  const { layers, width, heads, steps } = ownShape({ facts });
  const values: { readonly [word: string]: string } = {
    data: `${file}${own}`,
    file,
    texts,
    questions: 'questions.json',
    weights: weights[name]?.[language] ?? '',
    endpoint: quoteWord(endpoint),
    prompt: quoteWord(say('prompt', {})),
    ...Object.fromEntries(Object.entries({ layers, width, heads, steps }).map(([k, v]) => [k, String(v)])),
  };
  const lines: { readonly [Task in ChoiceTask]?: readonly string[] } = modelCandidates[name].commands;
  return (lines[task] ?? []).map((line) => line.replaceAll(/\{(\w+)\}/g, (_, word: string) => values[word]));
}
