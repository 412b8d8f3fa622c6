/** What a run took, from end to end: in its record, for machines and for people, added up over its parts, beside other runs. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { energyLine, energyRates } from '../src/cli/energy.ts';
import type { EnergyFigures } from '../src/train/index.ts';
import { HAN, inkstone, type JsonLine, scratchFolder, tiny, writeTexts } from './cli-harness.ts';

const cwd = scratchFolder();
/** The context of a tiny model has no room for a prompt of words. */
const model = tiny.map((word, i) => (tiny[i - 1] === '--context-length' ? '64' : word));
const argv = ['train', '--data', 'en.txt', ...model, '--steps', '6', '--save-every', '3', '--out', 'run'];
const rates = ['--watts-per-core', '10', '--carbon-intensity', '100', '--kwh-price', '0.5 eur'];

const energyOf = (line: JsonLine | undefined) => line?.energy as EnergyFigures;
const records = (): JsonLine[] =>
  readFileSync(join(cwd, 'run/metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const saved = (): JsonLine => {
  const last = readdirSync(join(cwd, 'run/checkpoints')).sort().at(-1)!;
  return JSON.parse(readFileSync(join(cwd, 'run/checkpoints', last, 'state.json'), 'utf8'));
};

/** The same with machines that count and with those that do not. */
const total = ({ joules, processorSeconds }: EnergyFigures) => joules + 10 * processorSeconds;

let first: EnergyFigures;
beforeAll(async () => {
  writeTexts(cwd);
  const onJson = (line: JsonLine) => {
    if (line.type === 'step' && line.step === 3) process.emit('SIGINT', 'SIGINT');
  };
  const part = await inkstone([...argv, ...rates, '--json'], { cwd, onJson });
  expect(part.status).toBe(130);
  first = saved().energy as EnergyFigures;
});

describe('the energy of a run', () => {
  test('adds up when it is gone on with; stands in its record, and is reckoned as asked', async () => {
    const { json } = await inkstone([...argv, ...rates, '--json'], { cwd });
    const energy = energyOf(json.at(-1));
    expect(total(first)).toBeGreaterThan(0);
    expect(total(energy)).toBeGreaterThan(total(first));
    expect(total(energy)).toBeGreaterThanOrEqual(total(saved().energy as EnergyFigures));
    expect(energy.kwh).toBeCloseTo(total(energy) / 3.6e6, 12);
    expect(energy).toMatchObject({ carbonIntensity: 100, price: 0.5, currency: 'EUR' });
    expect(energy.co2Grams).toBeCloseTo(100 * energy.kwh, 12);
    expect(energyOf(records().at(-1))).toEqual(energy);
  });

  test.each([
    ['en', /^energy: 0\.0+\d+ kWh .*CO₂ at 480 g\/kWh; .* USD at 0\.15\/kWh$/m],
    ['zh', /^能耗：0\.0+\d+ kWh.*CO₂ .*（按 480 g\/kWh）；费用 .* USD/m],
  ] as const)('is told to people, and beside other runs (%s)', async (lang, line) => {
    const again = await inkstone(argv, { cwd, lang });
    expect(again.out).toMatch(line);
    const small = ['--prompts', '2', '--length', '6', '--strategies', 'greedy', '--out', 'side.html'];
    const side = ['compare', 'run', '--baseline', ...small];
    const beside = await inkstone(side, { cwd, lang, env: { INKSTONE_KWH_PRICE: '2 CNY' } });
    expect(beside.out).toMatch(
      lang === 'en' ? /to train run took: energy: .* CNY at 2\/kWh/ : /训练 run：能耗/,
    );
  });

  test('of a text that is written stands at its end', async () => {
    const { json } = await inkstone(['generate', 'run', '--max-tokens', '8', '--json'], { cwd });
    expect(total(energyOf(json.at(-1)))).toBeGreaterThan(0);
  });

  test.each([
    [['--kwh-price', 'cheap'], {}, '--kwh-price must be a number and a currency'],
    [[], { INKSTONE_WATTS_PER_CORE: '0' }, 'INKSTONE_WATTS_PER_CORE must be a positive number, got "0"'],
    [[], { INKSTONE_CARBON_INTENSITY: '-1' }, 'INKSTONE_CARBON_INTENSITY must be 0 or more'],
  ] as const)('bad rates are bad input: %j %j', async (flags, env, sentence) => {
    const { status, err } = await inkstone([...argv, ...flags], { cwd, env });
    expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining(sentence) });
  });
});

test('figures are shown in plain digits, with what they rest on', () => {
  const line = (basis: EnergyFigures['basis'], kwh: number) =>
    energyLine({
      ...{ kwh, basis, co2Grams: 480 * kwh, cost: 0.15 * kwh, joules: 0, processorSeconds: 90 },
      ...energyRates('train', {}, {}),
    });
  expect(line('estimated', 0.0003)).toBe(
    'energy: 0.000300 kWh (an estimate: 90.0 s of processor time × 12 W a core); 0.144 g CO₂ at 480 g/kWh; 0.0000450 USD at 0.15/kWh',
  );
  expect(line('measured', 12.34)).toBe(
    'energy: 12.3 kWh counted by the processor (RAPL; the whole machine); 5.92 kg CO₂ at 480 g/kWh; 1.85 USD at 0.15/kWh',
  );
  expect(HAN.test(line('mixed', 1))).toBe(false);
});
