/** A question in a model's own words; the sentence with its blank stays where the model does not ask well. */

import type { AnswerPrompt } from '../answer-prompt.ts';
import type { AnswerWriter } from '../answer-writer.ts';
import { defused, oneLine, ownLine, quoted } from '../prompt-text.ts';
import type { TutorQuestion } from './question.ts';

/** Tokens of a question at most, and characters. */
const MOST_TOKENS = 80;
const MOST_CHARACTERS = 300;

const forms = {
  en: {
    rules:
      'You are a teacher. Write one short question about the sentence, whose answer is the word given. The question does not hold the answer and ends with a question mark. Write the question alone.',
    sentence: 'Sentence:',
    answer: 'Answer:',
    cue: 'Question:',
  },
  zh: {
    rules:
      '你是一位老师。请就下面的句子提一个简短的问题，使所给的词正好是答案。问题中不得出现答案，以问号结尾。只写问题。',
    sentence: '句子：',
    answer: '答案：',
    cue: '问题：',
  },
} as const;

/** The question as the model asks it: one line that ends with a question mark and does not tell the answer; else as it was. */
export async function askByModel(
  question: TutorQuestion,
  writer: AnswerWriter,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<TutorQuestion> {
  const prompt = promptOf(question);
  if ((await writer.count(prompt)) + MOST_TOKENS > writer.contextTokens) return question;
  let written = '';
  for await (const part of writer.write(prompt, { maxTokens: MOST_TOKENS, ...(signal && { signal }) })) {
    if (part.type === 'text-delta') written += part.text;
  }
  const { cue } = forms[question.language];
  const line = oneLine(written.trim().split('\n')[0].replace(cue, ''));
  const isGood =
    /[?？]$/.test(line) && line.length <= MOST_CHARACTERS && !plain(line).includes(plain(question.answer));
  return isGood ? { ...question, text: line } : question;
}

const plain = (text: string): string => text.normalize('NFKC').toLowerCase();

function promptOf({ language, answer, source }: TutorQuestion): AnswerPrompt {
  const { rules, sentence, answer: given, cue } = forms[language];
  const content = `${sentence}\n${quoted(defused(source.sentence))}\n${given} ${ownLine(answer)}`;
  return {
    messages: [
      { role: 'system', content: rules },
      { role: 'user', content },
    ],
    cue,
  };
}
