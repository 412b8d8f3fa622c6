/** Every logits processor. */

export * from './processors/bans.ts';
export * from './processors/dry.ts';
export * from './processors/filters.ts';
export * from './processors/look-back.ts';
export * from './processors/mirostat.ts';
export * from './processors/penalties.ts';
export type { LogitsProcessor } from './processors/processor.ts';
export * from './processors/random.ts';
export * from './processors/temperature.ts';
export { type GreenListOptions, type WatermarkOptions, watermark } from './processors/watermark.ts';
