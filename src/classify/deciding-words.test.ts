import { expect, test } from 'vitest';
import { placeWords, wordsByOmission } from './deciding-words.ts';

test('n-grams are found where they stand, whatever their case and width; Chinese without spaces', () => {
  const grams = ['very good', 'ok', '很脏', 'nowhere'].map((text) => ({ text, weight: 1 }));
  const text = 'Very  GOOD, ＯＫ: very good. 房间很脏';
  const placed = placeWords(text, grams);
  expect(placed.map(({ places }) => places.map((place) => text.slice(...place)))).toEqual([
    ['Very  GOOD', 'very good'],
    ['ＯＫ'],
    ['很脏'],
    [],
  ]);
});

test('a word weighs what is lost without it; of a long text neighbours are left out together', async () => {
  const scoresOf = async (texts: readonly string[]) =>
    texts.map((text) => (text.includes('good') ? 3 : 0) - (text.includes('bad') ? 1 : 0));
  const words = await wordsByOmission('a good, not bad day', scoresOf);
  expect(words.map(({ text, weight }) => [text, weight]).slice(0, 3)).toEqual([
    ['good', 3],
    ['bad', -1],
    ['a', 0],
  ]);
  expect(words[0].places).toEqual([[2, 6]]);
  let read = 0;
  const long = `${'x '.repeat(100)}good`;
  const some = await wordsByOmission(long, async (texts) => {
    read = texts.length;
    return scoresOf(texts);
  });
  expect(read).toBeLessThanOrEqual(49);
  expect(some[0]).toMatchObject({ text: 'x good', weight: 3 });
  expect(await wordsByOmission('…', scoresOf)).toEqual([]);
});
