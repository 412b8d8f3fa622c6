/** The answer that a chain of thought comes to, and which of many answers is said most often. */

/** As GSM8K has it (Cobbe et al. 2021): what stands behind `####`. */
export const ANSWER_PATTERN: RegExp = /####\s*(\S+)/;

/** Reads the last match of a pattern: its first group, or all of it. Where nothing stands there, there is no answer. */
export function answerReader(pattern: RegExp = ANSWER_PATTERN): (text: string) => string | undefined {
  const all = new RegExp(pattern, pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`);
  return (text) => {
    const match = [...text.matchAll(all)].at(-1);
    return (match?.[1] ?? match?.[0])?.trim() || undefined;
  };
}

const NUMBER = /^[+-]?\d[\d,]*(\.\d+)?$/;

/** Whether two answers are one: `１４７`, `147.0` and `147` are, and so are texts that differ in capital letters only. */
export function answerKey(answer: string): string {
  const text = answer
    .normalize('NFKC')
    .trim()
    .replace(/[.。]$/, '');
  return NUMBER.test(text) ? String(Number(text.replaceAll(',', ''))) : text.toLowerCase();
}

/** An answer, in the words of the first who gave it, and how many gave it. */
export interface Vote {
  readonly answer: string;
  readonly count: number;
}

/** Answers by how many gave them; of equals the one that came first. Who has no answer has no vote. */
export function countVotes(answers: readonly (string | undefined)[]): Vote[] {
  const votes = new Map<string, Vote>();
  for (const answer of answers) {
    if (answer === undefined) continue;
    const key = answerKey(answer);
    const { answer: words = answer, count = 0 } = votes.get(key) ?? {};
    votes.set(key, { answer: words, count: count + 1 });
  }
  return [...votes.values()].sort((a, b) => b.count - a.count);
}
