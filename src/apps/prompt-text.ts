/** Text of others in a prompt: quoted line by line, without what a model would take for its own tokens; and its language. */

/** Spellings of tokens that some model reads as its own: an endpoint may not tell text from token. */
const SPELT_TOKEN =
  /<(?=[|｜][^|｜\n]{1,64}[|｜]>|\/?s>|<\/?SYS>>|(?:bos|eos|pad|unk|sop)>|(?:start|end)_of_turn>|\/?(?:tool_call|tool_response|think)>)|\[(?=(?:\/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_RESULTS)|TOOL_CALLS|gMASK)\])/g;

/** So that no part of a text is read as a token of its own. */
export const defused = (text: string): string => text.replace(SPELT_TOKEN, '$& ');

export const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim();

/** What a user says, on one line. */
export const ownLine = (text: string): string => defused(oneLine(text));

/** No line of a document can be taken for one of ours. */
export const quoted = (text: string): string =>
  text
    .split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/)
    .map((line) => `> ${line}`.trimEnd())
    .join('\n');

/** Chinese where most of it is: so many letters of a Latin word weigh as one character. */
const LETTERS_OF_A_WORD = 5;

/** A text of any length is told by its beginning, in UTF-16 units. */
const SAMPLE = 20_000;

/** The language of a question or a text, in which it is answered or summed up. */
export function languageOf(text: string): 'en' | 'zh' {
  const sample = text.slice(0, SAMPLE);
  const count = (pattern: RegExp): number => sample.match(pattern)?.length ?? 0;
  return count(/\p{Script=Han}/gu) > count(/\p{Script=Latin}/gu) / LETTERS_OF_A_WORD ? 'zh' : 'en';
}
