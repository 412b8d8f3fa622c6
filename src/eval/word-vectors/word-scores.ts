/** How good word vectors are by themselves: related words apart from others, analogies, and similarity as people judge it. */

import { fail } from '../errors.ts';
import { meanRanks, pearson } from '../metrics/regression.ts';
import { type WordSpace, wordAnalogy, wordSimilarity } from './word-neighbours.ts';

/** Pairs that any text of the language relates; written for this purpose. */
const RELATED = {
  en: 'king queen,man woman,father mother,brother sister,son daughter,day night,morning evening,sun moon,heaven earth,fire water,love hate,life death,eyes face,hand foot,head heart,lord lady,sword blood,war peace,good evil,old young,come go,give take,speak hear,friend enemy,gold silver,summer winter,land sea,master servant,first second,black white',
  zh: '父亲 母亲,哥哥 弟弟,姐姐 妹妹,老爷 太太,男 女,东 西,南 北,金 银,春 秋,花 草,山 水,日 月,早 晚,今日 明日,哭 笑,喜 怒,来 去,吃 喝,茶 酒,银子 钱,丫头 小厮,奶奶 姑娘,坐 站,大 小,多 少,前 后,上 下,天 地,生 死,门 窗,衣服 鞋',
} as const;

export interface RelatedScore {
  /** Pairs of the list whose words both have vectors. */
  readonly pairs: number;
  /** How often a related pair is nearer than one of its words is to a word of another pair; 0.5 is chance, 1 always. */
  readonly nearer: number;
}

/** The share for the built-in pairs of both languages; `undefined` for fewer than 3 known pairs. */
export function relatedScore(space: WordSpace): RelatedScore | undefined {
  const isKnown = (word: string): boolean => space.numbers.has(word);
  const pairs = Object.values(RELATED)
    .flatMap((list) => list.split(',').map((pair) => pair.split(' ') as [string, string]))
    .filter((pair) => pair.every(isKnown));
  if (pairs.length < 3) return undefined;
  let [nearer, compared] = [0, 0];
  pairs.forEach(([a, b], i) => {
    const own = wordSimilarity(space, a, b);
    pairs.forEach(([, other], j) => {
      if (i === j || other === a || other === b) return;
      const theirs = wordSimilarity(space, a, other);
      compared++;
      nearer += own > theirs ? 1 : own === theirs ? 0.5 : 0;
    });
  });
  return { pairs: pairs.length, nearer: nearer / compared };
}

export type QuestionScore =
  /** Lines `a b c d`: whether d is the word nearest to b − a + c. */
  | { readonly kind: 'analogies'; readonly asked: number; readonly known: number; readonly right: number }
  /** Lines `a b number`: Spearman's rank correlation of the numbers with the cosines. */
  | {
      readonly kind: 'similarities';
      readonly asked: number;
      readonly known: number;
      readonly correlation: number;
    };

/** Most questions of one file. */
const MOST_QUESTIONS = 100_000;

/** Scores a list of questions, one a line, parted by white space or commas; lines that begin with `:` or `#` are headings. */
export function questionScore(space: WordSpace, text: string, path = 'questions'): QuestionScore {
  const rows = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^[:#]/.test(line))
    .map((line) => line.split(/[\s,]+/));
  const width = rows[0]?.length ?? 0;
  const wrong = rows.findIndex((row) => row.length !== width);
  if ((width !== 3 && width !== 4) || wrong >= 0 || rows.length > MOST_QUESTIONS) {
    throw fail('eval/questions', { path, line: Math.max(wrong, 0) + 1, most: MOST_QUESTIONS });
  }
  const unread = width === 3 ? rows.findIndex(([, , number]) => Number.isNaN(Number(number))) : -1;
  if (unread >= 0) throw fail('eval/questions', { path, line: unread + 1, most: MOST_QUESTIONS });
  const wordsOf = (row: readonly string[]): readonly string[] => (width === 4 ? row : row.slice(0, 2));
  const known = rows.filter((row) => wordsOf(row).every((word) => space.numbers.has(word)));
  const counts = { asked: rows.length, known: known.length };
  if (width === 4) {
    const right = known.filter(([a, b, c, d]) => wordAnalogy(space, [a, b, c], 1)[0]?.word === d).length;
    return { kind: 'analogies', ...counts, right };
  }
  const judged = known.map(([, , number]) => Number(number));
  const cosines = known.map(([a, b]) => wordSimilarity(space, a, b));
  return { kind: 'similarities', ...counts, correlation: pearson(meanRanks(judged), meanRanks(cosines)) };
}
