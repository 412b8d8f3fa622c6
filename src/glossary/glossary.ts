/** Every word that is explained, in the order of a model's life, and how a word is found. */

import { defineErrors, nearest } from '../errors.ts';
import { type Language, language } from '../language.ts';
import { adapterTerms } from './adapters.ts';
import { adversarialTerms } from './adversarial.ts';
import { architectureTerms } from './architectures.ts';
import { classificationTerms } from './classification.ts';
import { dataTerms } from './data.ts';
import { decodingTerms } from './decoding.ts';
import { evaluationTerms } from './evaluation.ts';
import { learningTerms } from './learning.ts';
import { machineTerms } from './machine.ts';
import { modelTerms } from './model.ts';
import { musicTerms } from './music.ts';
import { pictureTerms } from './pictures.ts';
import { privacyTerms } from './privacy.ts';
import { repetitionTerms } from './repetition.ts';
import type { Term } from './term.ts';
import { textTerms } from './text.ts';

const fail = defineErrors({
  'glossary/unknown': {
    en: (d: { word: string; near?: string }) =>
      `explain: "${d.word}" is not in the glossary${d.near ? `; did you mean "${d.near}"?` : '; inkstone explain lists its words'}`,
    zh: (d) =>
      `解释：词汇表里没有 "${d.word}"${d.near ? `，是不是 "${d.near}"？` : '；inkstone explain 列出全部词条'}`,
  },
});

/** The words by topic. */
export const topics = [
  { title: { en: 'Text', zh: '文本' }, terms: textTerms },
  { title: { en: 'Data', zh: '语料' }, terms: dataTerms },
  { title: { en: 'Training', zh: '训练' }, terms: learningTerms },
  { title: { en: 'Adapters', zh: '适配器' }, terms: adapterTerms },
  { title: { en: 'Training against a critic', zh: '对抗训练' }, terms: adversarialTerms },
  { title: { en: 'Privacy', zh: '隐私' }, terms: privacyTerms },
  { title: { en: 'The model', zh: '模型' }, terms: modelTerms },
  { title: { en: 'Kinds of models', zh: '模型的种类' }, terms: architectureTerms },
  { title: { en: 'Classification', zh: '分类' }, terms: classificationTerms },
  { title: { en: 'Pictures', zh: '图像' }, terms: pictureTerms },
  { title: { en: 'Music', zh: '音乐' }, terms: musicTerms },
  { title: { en: 'Writing', zh: '写作' }, terms: decodingTerms },
  { title: { en: 'Repetition', zh: '复读' }, terms: repetitionTerms },
  { title: { en: 'Scores', zh: '评分' }, terms: evaluationTerms },
  { title: { en: 'Machine and files', zh: '机器与文件' }, terms: machineTerms },
] as const satisfies readonly {
  readonly title: { readonly [L in Language]: string };
  readonly terms: Readonly<Record<string, Term>>;
}[];

/** Every word by its id. */
export const glossary = {
  ...textTerms,
  ...dataTerms,
  ...learningTerms,
  ...adapterTerms,
  ...adversarialTerms,
  ...privacyTerms,
  ...modelTerms,
  ...architectureTerms,
  ...classificationTerms,
  ...pictureTerms,
  ...musicTerms,
  ...decodingTerms,
  ...repetitionTerms,
  ...evaluationTerms,
  ...machineTerms,
} as const;

export type TermId = keyof typeof glossary;

/** `Top-P`, `top_p`, `--top-p` and `topP` are one word. */
const plain = (word: string): string => word.toLowerCase().replace(/[\s_\-–/’']/g, '');

/** Every spelling by which a word is found. */
export const spellingsOf = (id: TermId): readonly string[] => {
  const { name, also }: Term = glossary[id];
  return [name.en, name.zh, id, ...also];
};

const ids = Object.keys(glossary) as TermId[];

/** The id of a word under any of its names, in any language; undefined for one that is not here. */
export const knownTerm = (word: string): TermId | undefined =>
  ids.find((id) => spellingsOf(id).some((spelling) => plain(spelling) === plain(word)));

/** The same for a word that must be here. @throws `glossary/unknown` with the nearest name. */
export function findTerm(word: string): TermId {
  const id = knownTerm(word);
  if (id) return id;
  throw fail('glossary/unknown', { word, near: nearest(word, ids.flatMap(spellingsOf)) });
}

/** What a word is called and what it means, in one language. */
export function explain(
  id: TermId,
  lang: Language = language(),
): { readonly name: string; readonly text: string } {
  const { name, text }: Term = glossary[id];
  return { name: name[lang], text: text[lang] };
}
