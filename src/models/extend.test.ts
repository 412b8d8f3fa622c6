import { expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import { init } from './decoder.ts';
import { extended } from './extend.ts';
import { createLanguageModel } from './language-model.ts';
import { preset } from './presets.ts';

const rotary = preset('nano', { positions: 'rotary' });

test('every way reads as far as it says, and they read differently', () => {
  const params = init(rotary, createRng(1), { std: 0.15 });
  const ids = Array.from({ length: 96 }, (_, i) => (i * 7) % 64);
  const ends = (['none', 'linear', 'ntk', 'yarn'] as const).map((kind) => {
    const config = extended(rotary, { kind, factor: 3 });
    expect(config.contextLength).toBe(96);
    const model = createLanguageModel(params, config);
    const sequence = model.open();
    const [{ logits }] = model.step([{ sequence, ids }]);
    expect(() => model.step([{ sequence, ids: [1] }])).toThrow(/97 tokens/);
    return logits[0].slice(0, 4).join();
  });
  expect(new Set(ends).size).toBe(4);
});

test('what cannot be stretched is refused', () => {
  const stretch = (positions: 'learned' | 'alibi' | 'rotary', kind: 'none' | 'ntk', factor = 2) =>
    extended(preset('nano', { positions }), { kind, factor });
  expect(() => stretch('learned', 'none')).toThrow(/32 places and has none beyond/);
  expect(() => stretch('alibi', 'ntk')).toThrow(/ntk stretches rotary positions, got alibi/);
  expect(stretch('alibi', 'none').contextLength).toBe(64);
  expect(() => stretch('rotary', 'ntk', 0.5)).toThrow(/from 1 to 1024, got 0.5/);
  expect(() => extended(stretch('rotary', 'ntk'), { kind: 'yarn', factor: 2 })).toThrow(
    /stretched yet, these are \(ntk\)/,
  );
});
