import { describe, expect, test } from 'vitest';
import { energyFigures, energyMeter, findEnergyCounters, type MeteredMachine } from './energy.ts';

/** Two packages, one with memory counted apart, and zones that must not be added; files change as the test says. */
function machine() {
  const root = '/sys/class/powercap';
  const zone = (name: string, microjoules: string, range = '1000000') => ({
    name: `${name}\n`,
    energy_uj: `${microjoules}\n`,
    max_energy_range_uj: `${range}\n`,
  });
  const zones: Record<string, Record<string, string>> = {
    'intel-rapl': {},
    'intel-rapl:0': zone('package-0', '900000'),
    'intel-rapl:0:0': zone('core', '400000'),
    'intel-rapl:0:1': zone('dram', '100'),
    'intel-rapl:1': zone('package-1', '5'),
    'intel-rapl:2': zone('psys', '7'),
    'intel-rapl-mmio:0': zone('package-0', '900000'),
  };
  const clock = { processorSeconds: 1 };
  const seen: MeteredMachine = {
    list: (folder) => (folder === root ? Object.keys(zones) : []),
    read(path) {
      const [name, file] = path.slice(root.length + 1).split('/');
      const text = zones[name]?.[file];
      if (text === undefined) throw new Error(`EACCES: ${path}`);
      return text;
    },
    processorSeconds: () => clock.processorSeconds,
  };
  return { zones, clock, seen };
}

describe('a meter', () => {
  test('adds packages and memory, each once, and goes round with a counter that begins again', () => {
    const { zones, seen } = machine();
    const meter = energyMeter(seen);
    expect(findEnergyCounters(seen).counters.map(({ name }) => name)).toEqual([
      'package-0',
      'dram',
      'package-1',
    ]);
    zones['intel-rapl:0'].energy_uj = '950000';
    zones['intel-rapl:0:1'].energy_uj = '1100';
    expect(meter.used()).toEqual({ joules: 0.051, processorSeconds: 0 });
    zones['intel-rapl:0'].energy_uj = '20000';
    expect(meter.used().joules).toBeCloseTo(0.051 + 0.07, 9);
    expect(meter.used().joules).toBeCloseTo(0.121, 9);
  });

  test('counts processor time where nothing can be read, and from the moment that reading fails', () => {
    const { zones, clock, seen } = machine();
    const meter = energyMeter(seen);
    zones['intel-rapl:1'].energy_uj = '500005';
    clock.processorSeconds = 3;
    expect(meter.used()).toEqual({ joules: 0.5, processorSeconds: 0 });
    const { energy_uj: kept } = zones['intel-rapl:1'];
    delete zones['intel-rapl:1'].energy_uj;
    clock.processorSeconds = 7;
    expect(meter.used()).toEqual({ joules: 0.5, processorSeconds: 4 });
    zones['intel-rapl:1'].energy_uj = kept;
    clock.processorSeconds = 8;
    expect(meter.used()).toEqual({ joules: 0.5, processorSeconds: 5 });

    for (const name of Object.keys(zones)) delete zones[name].energy_uj;
    expect(findEnergyCounters(seen)).toEqual({ counters: [], reason: 'no-permission' });
    const none: MeteredMachine = {
      ...seen,
      list: () => {
        throw new Error('ENOENT');
      },
    };
    expect(findEnergyCounters(none)).toEqual({ counters: [], reason: 'none' });
    const estimate = energyMeter(none);
    clock.processorSeconds = 10;
    expect(estimate.used()).toEqual({ joules: 0, processorSeconds: 2 });
  });
});

test('figures: kWh = (J + s × W) / 3.6 MJ, and what they cost', () => {
  const rates = { wattsPerCore: 10, carbonIntensity: 500, price: 0.4, currency: 'EUR' };
  const figures = energyFigures({ joules: 1_800_000, processorSeconds: 180_000 }, rates);
  expect(figures).toMatchObject({ kwh: 1, basis: 'mixed', co2Grams: 500, cost: 0.4, currency: 'EUR' });
  expect(energyFigures({ joules: 1, processorSeconds: 0 }).basis).toBe('measured');
  expect(energyFigures({ joules: 0, processorSeconds: 1 }).basis).toBe('estimated');
});
