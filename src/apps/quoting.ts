/** Texts of others in a prompt: quoted line by line, and without spellings that a model may read as its own. */

/** Spellings of tokens that some model reads as its own: an endpoint may not tell text from token. */
const SPELT_TOKEN =
  /<(?=[|｜][^|｜\n]{1,64}[|｜]>|\/?s>|<\/?SYS>>|(?:bos|eos|pad|unk|sop)>|(?:start|end)_of_turn>|\/?(?:tool_call|tool_response|think)>)|\[(?=(?:\/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_RESULTS)|TOOL_CALLS|gMASK)\])/g;

export const defused = (text: string): string => text.replace(SPELT_TOKEN, '$& ');

export const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim();

export const ownLine = (text: string): string => defused(oneLine(text));

/** No line of a document can be taken for one of ours. */
export const quoted = (text: string): string =>
  text
    .split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/)
    .map((line) => `> ${line}`.trimEnd())
    .join('\n');

/** Chinese where most of it is: so many letters of a Latin word weigh as one character. */
const LETTERS_OF_A_WORD = 5;

/** The language in which a question is asked and shall be answered. */
export function questionLanguage(question: string): 'en' | 'zh' {
  const count = (pattern: RegExp): number => question.match(pattern)?.length ?? 0;
  return count(/\p{Script=Han}/gu) > count(/\p{Script=Latin}/gu) / LETTERS_OF_A_WORD ? 'zh' : 'en';
}
