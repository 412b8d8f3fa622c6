/** The front door: what every room shares. The rooms have doors of their own: `inkstone/tensor`, `inkstone/decode`, … */

export { InkstoneError } from './errors.ts';
export { type Language, language, setLanguage } from './language.ts';
export { type LogEvent, type LogSink, onLog } from './log.ts';
export { createRng, type Rng } from './rng.ts';
export { leafValues, leaves, mapTree } from './tree.ts';
export type * from './types.ts';
