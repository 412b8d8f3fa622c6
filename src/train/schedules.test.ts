import { expect, test } from 'vitest';
import { constant, cosine, linear, type Schedule, warmupStableDecay } from './schedules.ts';

const at = (schedule: Schedule, fraction: number, step = 1_000_000): number => schedule({ fraction, step });

test('constant, linear and cosine begin at 1 and end at their floor', () => {
  expect(at(constant(), 0.7)).toBe(1);
  expect(at(linear({ floor: 0.2 }), 0)).toBe(1);
  expect(at(linear({ floor: 0.2 }), 0.5)).toBeCloseTo(0.6);
  expect(at(linear({ floor: 0.2 }), 1)).toBeCloseTo(0.2);
  expect(at(cosine({ floor: 0.1 }), 0)).toBe(1);
  expect(at(cosine({ floor: 0.1 }), 0.5)).toBeCloseTo(0.55);
  expect(at(cosine({ floor: 0.1 }), 1)).toBeCloseTo(0.1);
});

test('warm-up, stable, decay stays at 1 and falls in its last share', () => {
  const schedule = warmupStableDecay({ decay: 0.4, floor: 0.1 });
  expect(at(schedule, 0.59)).toBe(1);
  expect(at(schedule, 0.8)).toBeCloseTo(0.55);
  expect(at(schedule, 1)).toBeCloseTo(0.1);
});

test('warm-up rises linearly over the first steps', () => {
  const schedule = constant({ warmupSteps: 4 });
  expect([0, 1, 2, 3, 4].map((step) => at(schedule, 0, step))).toEqual([0.25, 0.5, 0.75, 1, 1]);
});

test('bad options are refused', () => {
  expect(() => cosine({ floor: 1 })).toThrow('`floor`');
  expect(() => warmupStableDecay({ decay: 0 })).toThrow('`decay`');
  expect(() => constant({ warmupSteps: -1 })).toThrow('`warmupSteps`');
});
