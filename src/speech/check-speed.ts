import { fail } from './errors.ts';
import { limits } from './limits.ts';

/** @throws `speech/speed` */
export function checkSpeed(speed: number): void {
  const { least, most } = limits.speed;
  if (!(speed >= least && speed <= most)) throw fail('speech/speed', { got: speed, least, most });
}
