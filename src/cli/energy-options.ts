/** What energy is reckoned with, for commands that report it. */

import type { OptionTable } from './command.ts';
import { notNegative, positive } from './option-rules.ts';

export const energyOptions = {
  wattsPerCore: {
    type: 'number',
    rule: positive,
    doc: {
      en: 'power of a busy core, where no counter of energy can be read (default: INKSTONE_WATTS_PER_CORE, or 12)',
      zh: '读不到能耗计数器时，一个忙碌核心的功率（瓦；默认：INKSTONE_WATTS_PER_CORE，否则 12）',
    },
  },
  carbonIntensity: {
    type: 'number',
    rule: notNegative,
    doc: {
      en: 'grams of CO₂ for a kWh of your electricity (default: INKSTONE_CARBON_INTENSITY, or 480, the world in 2023)',
      zh: '所用电力每千瓦时排放的 CO₂ 克数（默认：INKSTONE_CARBON_INTENSITY，否则 480，即 2023 年世界平均）',
    },
  },
  kwhPrice: {
    type: 'string',
    placeholder: 'price',
    doc: {
      en: 'price of a kWh, as in "0.30 EUR" (default: INKSTONE_KWH_PRICE, or 0.15 USD)',
      zh: '每千瓦时电价，如 "0.60 CNY"（默认：INKSTONE_KWH_PRICE，否则 0.15 USD）',
    },
  },
} as const satisfies OptionTable;
