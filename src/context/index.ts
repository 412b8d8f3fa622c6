/** The door of the context room: long text, cut into chunks that fit. */

export { type Chunk, type ChunkOptions, checkChunkOptions, chunkText } from './chunks.ts';
export { roughTokens } from './rough-tokens.ts';
export { type Heading, headingPaths, headingsOf, type Level, levels } from './structure.ts';
