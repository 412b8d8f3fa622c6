/** Energy and cost of a run, in words. */

import { defineMessages } from '../language.ts';
import { defaultRates, type EnergyCounters, type EnergyFigures, type EnergyRates } from '../train/index.ts';
import type { OptionValues } from './command.ts';
import type { energyOptions } from './energy-options.ts';
import { fail } from './errors.ts';
import { flagOf } from './options.ts';

const say = defineMessages({
  energy: {
    en: (d: Told) =>
      `energy: ${d.kwh} kWh ${basis.en(d)}; ${d.co2} CO₂ at ${d.carbonIntensity} g/kWh; ${d.money}`,
    zh: (d) => `能耗：${d.kwh} kWh${basis.zh(d)}；CO₂ ${d.co2}（按 ${d.carbonIntensity} g/kWh）；${d.money}`,
  },
  money: {
    en: (d: { cost: string; price: number; currency: string }) => `${d.cost} ${d.currency} at ${d.price}/kWh`,
    zh: (d) => `费用 ${d.cost} ${d.currency}（每千瓦时 ${d.price}）`,
  },
  counters: {
    en: (d: { names: string }) => `counted by the processor (RAPL): ${d.names}`,
    zh: (d) => `由处理器计数（RAPL）：${d.names}`,
  },
  noCounters: {
    en: () => 'estimated from processor time: this machine shows no counter (RAPL)',
    zh: () => '按处理器时间估计：本机不提供计数器（RAPL）',
  },
  forbidden: {
    en: () =>
      'estimated from processor time: the counters (RAPL) are for root only; to let others read them: sudo chmod a+r /sys/class/powercap/intel-rapl:*/energy_uj',
    zh: () =>
      '按处理器时间估计：计数器（RAPL）只有 root 可读；开放读取：sudo chmod a+r /sys/class/powercap/intel-rapl:*/energy_uj',
  },
});

type Told = Pick<EnergyFigures, 'basis' | 'wattsPerCore' | 'carbonIntensity'> &
  Readonly<Record<'kwh' | 'co2' | 'money' | 'seconds', string>>;

const basis = {
  en: ({ basis, seconds, wattsPerCore }: Told): string =>
    ({
      measured: 'counted by the processor (RAPL; the whole machine)',
      estimated: `(an estimate: ${seconds} s of processor time × ${wattsPerCore} W a core)`,
      mixed: `(counted in part; the rest an estimate: ${seconds} s of processor time × ${wattsPerCore} W a core)`,
    })[basis],
  zh: ({ basis, seconds, wattsPerCore }: Told): string =>
    ({
      measured: '，由处理器计数（RAPL，整机）',
      estimated: `（估计：处理器时间 ${seconds} 秒 × 每核 ${wattsPerCore} 瓦）`,
      mixed: `（部分为计数，其余为估计：处理器时间 ${seconds} 秒 × 每核 ${wattsPerCore} 瓦）`,
    })[basis],
};

/** Three digits, without an exponent, however small. */
const shown = (value: number): string =>
  value === 0 ? '0' : value.toFixed(Math.min(12, Math.max(0, 2 - Math.floor(Math.log10(value)))));

const grams = (value: number): string => (value >= 1000 ? `${shown(value / 1000)} kg` : `${shown(value)} g`);

/** One line: kilowatt-hours and how they are known, CO₂, money, each with what it was reckoned with. */
export function energyLine(figures: EnergyFigures): string {
  const { kwh, co2Grams, cost, price, currency, processorSeconds } = figures;
  return say('energy', {
    ...figures,
    kwh: shown(kwh),
    co2: grams(co2Grams),
    money: say('money', { cost: shown(cost), price, currency }),
    seconds: processorSeconds.toFixed(1),
  });
}

/** Where figures of energy come from on this machine. */
export function energySource({ counters, reason }: EnergyCounters): string {
  if (counters.length > 0) return say('counters', { names: counters.map(({ name }) => name).join(', ') });
  return reason === 'no-permission' ? say('forbidden', {}) : say('noCounters', {});
}

export type EnergyOptions = Partial<OptionValues<typeof energyOptions>>;

const VARIABLES = {
  wattsPerCore: 'INKSTONE_WATTS_PER_CORE',
  carbonIntensity: 'INKSTONE_CARBON_INTENSITY',
  kwhPrice: 'INKSTONE_KWH_PRICE',
} as const;

/** What energy is reckoned with: as the options say, else the environment, else the defaults. @throws `cli/value`. */
export function energyRates(
  command: string,
  options: EnergyOptions = {},
  env: Readonly<Record<string, string | undefined>> = process.env,
): EnergyRates {
  const said = (name: keyof typeof VARIABLES) => ({
    option: options[name] === undefined ? VARIABLES[name] : flagOf(name),
    text: options[name] ?? (env[VARIABLES[name]] || undefined),
  });
  const bad = (option: string, rule: string, zhRule: string, got: unknown) =>
    fail('cli/value', { command, option, rule, zhRule, got: String(got) });
  const number = (name: 'wattsPerCore' | 'carbonIntensity'): number => {
    const { option, text } = said(name);
    if (text === undefined) return defaultRates[name];
    const value = Number(text);
    const isPower = name === 'wattsPerCore';
    if (Number.isFinite(value) && value >= 0 && (value > 0 || !isPower)) return value;
    throw isPower
      ? bad(option, 'a positive number', '为正数', text)
      : bad(option, '0 or more', '大于或等于 0', text);
  };
  const { option, text } = said('kwhPrice');
  const price = /^(\d+(?:\.\d+)?)(?:\s*([A-Za-z]{3}))?$/.exec(
    String(text ?? `${defaultRates.price} ${defaultRates.currency}`).trim(),
  );
  if (!price)
    throw bad(option, 'a number and a currency, as in "0.30 EUR"', '为数字加货币，如 "0.60 CNY"', text);
  return {
    wattsPerCore: number('wattsPerCore'),
    carbonIntensity: number('carbonIntensity'),
    price: Number(price[1]),
    currency: price[2]?.toUpperCase() ?? defaultRates.currency,
  };
}
