/** What a training takes from the socket: the processor's own counters (RAPL) where they can be read, else an estimate. */

import { readdirSync, readFileSync } from 'node:fs';

/** Energy as it was found: counted by the processor, or, where no counter could be read, the time that was computed. */
export interface EnergyUse {
  /** Counted: of the whole machine, other programs included. */
  readonly joules: number;
  /** Seconds of cores that this process kept busy while nothing counted. */
  readonly processorSeconds: number;
}

/** What energy is reckoned with. */
export interface EnergyRates {
  /** Watts of a busy core, with its share of all around it; for what was not counted. */
  readonly wattsPerCore: number;
  /** Grams of CO₂ for a kilowatt-hour. */
  readonly carbonIntensity: number;
  /** Money for a kilowatt-hour, and which. */
  readonly price: number;
  readonly currency: string;
}

/**
 * 12 W is what Green Algorithms (Lannelongue, Grealey & Inouye 2021) takes for a core of unknown kind; 480 g is the
 * world's electricity in 2023 (Ember 2024); the price is a round one.
 */
export const defaultRates: EnergyRates = {
  wattsPerCore: 12,
  carbonIntensity: 480,
  price: 0.15,
  currency: 'USD',
};

export interface EnergyFigures extends EnergyRates, EnergyUse {
  readonly kwh: number;
  /** Whether all of it was counted, none, or a part. */
  readonly basis: 'measured' | 'estimated' | 'mixed';
  readonly co2Grams: number;
  readonly cost: number;
}

const JOULES_PER_KWH = 3_600_000;

/** Energy in kWh, grams of CO₂ and money. */
export function energyFigures(use: EnergyUse, rates: EnergyRates = defaultRates): EnergyFigures {
  const { joules, processorSeconds } = use;
  const kwh = (joules + processorSeconds * rates.wattsPerCore) / JOULES_PER_KWH;
  return {
    kwh,
    basis: joules === 0 ? 'estimated' : processorSeconds === 0 ? 'measured' : 'mixed',
    co2Grams: kwh * rates.carbonIntensity,
    cost: kwh * rates.price,
    ...use,
    ...rates,
  };
}

/** Both uses together. */
export const addEnergy = (a: EnergyUse, b: EnergyUse): EnergyUse => ({
  joules: a.joules + b.joules,
  processorSeconds: a.processorSeconds + b.processorSeconds,
});

/** The machine, as far as a meter sees it. */
export interface MeteredMachine {
  /** Names in a folder. @throws as Node does. */
  list(folder: string): readonly string[];
  read(path: string): string;
  /** Seconds of cores that this process kept busy so far, all threads. */
  processorSeconds(): number;
}

export const thisMachine: MeteredMachine = {
  list: (folder) => readdirSync(folder),
  read: (path) => readFileSync(path, 'utf8'),
  processorSeconds() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  },
};

/** A counter of microjoules, which begins again at 0 after `range`. */
interface EnergyCounter {
  readonly name: string;
  readonly path: string;
  readonly range: number;
}

export interface EnergyCounters {
  readonly counters: readonly EnergyCounter[];
  /** Why there is none. */
  readonly reason?: 'none' | 'no-permission';
}

const POWERCAP = '/sys/class/powercap';

/** Counters that can be read: each processor package, and the memory beside it where that is counted apart. */
export function findEnergyCounters(machine: MeteredMachine = thisMachine): EnergyCounters {
  const counters: EnergyCounter[] = [];
  let isForbidden = false;
  for (const zone of attempt(() => machine.list(POWERCAP)) ?? []) {
    // NOTE intel-rapl-mmio counts the same joules once more; AMD's counters have Intel's name.
    if (!/^intel-rapl:\d+(:\d+)?$/.test(zone)) continue;
    const place = (file: string): string => `${POWERCAP}/${zone}/${file}`;
    const name = attempt(() => machine.read(place('name')).trim()) ?? '';
    if (!(/^package/.test(name) || name === 'dram')) continue;
    const counter = { name, path: place('energy_uj'), range: 0 };
    try {
      readCounter(machine, counter);
      counters.push({ ...counter, range: Number(machine.read(place('max_energy_range_uj'))) });
    } catch {
      isForbidden = true;
    }
  }
  if (counters.length > 0) return { counters };
  return { counters, reason: isForbidden ? 'no-permission' : 'none' };
}

function readCounter(machine: MeteredMachine, { path }: EnergyCounter): number {
  const text = machine.read(path).trim();
  if (!/^\d+$/.test(text)) throw new RangeError(path);
  return Number(text);
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** Measures from now on. */
export interface EnergyMeter {
  /** Since the meter was made. Ask at least once a minute: a counter that came round twice lost a turn. */
  used(): EnergyUse;
}

export function energyMeter(machine: MeteredMachine = thisMachine): EnergyMeter {
  const { counters } = findEnergyCounters(machine);
  const look = () => ({
    // All or none: a part of the packages is no measure of the machine.
    counted: attempt(() =>
      counters.length > 0 ? counters.map((counter) => readCounter(machine, counter)) : undefined,
    ),
    processorSeconds: machine.processorSeconds(),
  });
  let before = look();
  let sum: EnergyUse = { joules: 0, processorSeconds: 0 };
  return {
    used() {
      const now = look();
      const { counted } = before;
      const spent = now.counted?.map((value, i) => {
        const change = value - (counted?.[i] ?? Number.NaN);
        return change < 0 ? change + counters[i].range : change;
      });
      sum = addEnergy(
        sum,
        counted && spent
          ? { joules: spent.reduce((all, x) => all + x, 0) / 1e6, processorSeconds: 0 }
          : { joules: 0, processorSeconds: now.processorSeconds - before.processorSeconds },
      );
      before = now;
      return sum;
    },
  };
}
