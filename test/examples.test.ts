/** Examples are programs: each runs as a user would run it, and says what its text promises. */

import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const run = promisify(execFile);

const expected: Readonly<Record<string, RegExp>> = {
  '01-train-and-write.ts':
    /春眠不觉晓，处处闻啼鸟。夜来风雨声，花落知多少。\n千山鸟飞绝，万径人踪灭。孤舟蓑笠翁，独钓寒江雪。/,
  '02-measure-repetition.ts':
    /words: rep-4 [4-9]\d\.\d %.*loops 1\ncharacters: rep-4 0\.0 %.*loops 0\nthe last 14 words/,
  '03-greedy-beam-exhaustive.ts':
    /greedy +8\.7 % +the old moon rises slowly\nbeam 2 +19\.8 % +the moon rises slowly\nexhaustive +19\.8 % +the moon rises slowly/,
  '04-serve.ts': /streamed in \d+ pieces\nJSON by schema: [春夏秋冬], [89]\d days/,
  '05-repetition-lab.ts':
    /greedy: diversity 0\.\d %, 100 % stuck\n.*sample: diversity 9\d\.\d %, 0 % stuck\n.*because: always taking the likeliest token\nDecode with .*\n用 .* 解码.*\none page with plots, 6 of them/s,
  '06-openai-client.ts':
    /streamed in \d+ pieces\nweather: [春夏秋冬]\nJSON by schema: \d days\n2 vectors of \d+ numbers/,
};

const examples = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.ts'));

test('every example has its promise here', () => {
  expect(Object.keys(expected).sort()).toEqual(examples.sort());
});

test.each(examples)('%s', { timeout: 120_000 }, async (name) => {
  const { stdout } = await run(process.execPath, ['--import', 'tsx', join(root, 'examples', name)], {
    cwd: root,
  });
  expect(stdout).toMatch(expected[name]);
});
