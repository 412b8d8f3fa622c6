import { expect, test } from 'vitest';
import { decoderConfig, toForeignConfig } from '../models/index.ts';
import { firstRunPreset } from './first-run.ts';
import { trainingPresets, tuningRecipe } from './recipe.ts';

test.each([0.05, 1, 2, 10, 60, 600])('%s minutes give a model that other programs know', (minutes) => {
  const { model } = firstRunPreset({ minutes, gflops: 150 });
  const config = decoderConfig({ ...model, vocabSize: 6000 });
  expect(config.headSize).toBe(16);
  expect(toForeignConfig('llama', config)).toMatchObject({ model_type: 'qwen3', head_dim: 16 });
});

test('more time gives a larger model', () => {
  const widths = [0.05, 2, 10, 60].map((minutes) => firstRunPreset({ minutes, gflops: 150 }).model.width);
  expect(widths).toEqual([64, 128, 192, 256]);
});

test('fine-tuning has betas of its own, whatever the model was trained with', () => {
  const recipes = [firstRunPreset({ minutes: 2, gflops: 150 }), ...Object.values(trainingPresets)].map(
    ({ recipe }) => tuningRecipe(recipe),
  );
  for (const recipe of recipes) expect(recipe).toMatchObject({ optimizer: 'adamw', beta1: 0.9, beta2: 0.95 });
});
