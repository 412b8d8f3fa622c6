import { expect, test } from 'vitest';
import { functionModel } from '../../decode/index.ts';
import { trainCharacters } from '../../text/index.ts';
import { createLocalModel } from './local-model.ts';

const tokenizer = trainCharacters(['春夏秋冬'], { specialTokens: ['<|endoftext|>'] });
const { vocabSize } = tokenizer;

test('scores, vectors and looks wait behind texts, and tenants take turns', async () => {
  const model = createLocalModel({
    id: 'poems',
    model: functionModel({
      vocabSize,
      logits: () => Float32Array.from({ length: vocabSize }, (_, id) => Number(id === 1)),
      hidden: () => [1],
    }),
    tokenizer,
    maxTexts: 1,
    inspect: async () => 'seen',
  });
  const { signal } = new AbortController();
  const text = model
    .write({ prompts: [[1]], n: 1, maxTokens: 90, tenant: 'z' }, signal)
    [Symbol.asyncIterator]();
  await text.next();
  const done: string[] = [];
  const order = (name: string) => () => void done.push(name);
  const all = [
    model.score([1, 2], { top: 0, tenant: 'a', signal }).then(order('a scores')),
    model.embed([[1]], { tenant: 'a', signal }).then(order('a embeds')),
    model.inspect!({ what: 'map' }, { tenant: 'b', signal }).then(order('b looks')),
  ];
  await expect.poll(() => model.load).toMatchObject({ running: 1, waiting: 3 });
  expect(done).toEqual([]);
  await text.return?.();
  await Promise.all(all);
  expect(done).toEqual(['a scores', 'b looks', 'a embeds']);
  model.close();
});
