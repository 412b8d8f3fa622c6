/** The contracts at which the rooms meet. Rooms that decode, serve or evaluate see these, never a model. */

/**
 * Turns text into ids and back. Every tokenizer is lossless: `decode(encode(text)) === text` for well-formed text. A lone
 * surrogate is read as U+FFFD, as in UTF-8. The exceptions are asked for: a normal form or another normalizer, a prefix
 * space, spaces spelled `▁` (U+2581 then reads as a space), a vocabulary whose unknown token stands for what it cannot
 * spell. WordPiece is one by nature: it knows white space only as borders of words.
 */
export interface Tokenizer {
  readonly vocabSize: number;
  /**
   * Special tokens by name (`<|endoftext|>`) with their ids. User text never becomes one unless `allowSpecial`, the
   * unknown token excepted.
   */
  readonly specialTokens: ReadonlyMap<string, number>;
  /** The id that separates and ends documents, when the vocabulary has one. */
  readonly eosId: number | undefined;
  encode(text: string, options?: EncodeOptions): number[];
  /** Text of the ids; bytes that are not UTF-8 become U+FFFD. Special tokens are left out unless `keepSpecial`. */
  decode(ids: Iterable<number>, options?: DecodeOptions): string;
  /** The raw bytes behind one id (empty for a special token). */
  tokenBytes(id: number): Uint8Array;
}

export interface EncodeOptions {
  /** Recognise special tokens spelled out in the text. Default false: they are ordinary text. */
  readonly allowSpecial?: boolean;
}

export interface DecodeOptions {
  readonly keepSpecial?: boolean;
}

/** Turns ids that arrive one by one into text; never gives out half a character. */
export interface Detokenizer {
  /** The text that this id completes; may be empty. */
  push(id: number): string;
  /** What is left at the end: an unfinished character becomes U+FFFD. */
  flush(): string;
}

/** A place in one text that a model is reading. It hides the model's KV memory. */
export interface Sequence {
  /** How many tokens the model has read. */
  readonly length: number;
  /** Forgets everything after the first `length` tokens. */
  rewind(length: number): void;
  /** A second, independent sequence with the same past. */
  fork(): Sequence;
  /** Gives the memory back. Closing twice is harmless; any other use afterwards is an error. */
  close(): void;
}

/** What a step shall return beside reading the tokens. */
export interface StepWants {
  /** Logits after the last token (default), after every token given, or none. */
  readonly logits?: 'last' | 'all' | 'none';
  /** The last hidden state, in the same rows as the logits. */
  readonly hidden?: boolean;
  /** Where each head of each layer looks, in the same rows as the logits. It costs what the scores cost: for inspection. */
  readonly attention?: boolean;
  /** What each layer hands to the next, in the same rows as the logits: for inspection. */
  readonly layers?: boolean;
  /** To which experts each layer sends a token, in the same rows as the logits: for inspection. */
  readonly experts?: boolean;
}

export interface StepRequest {
  readonly sequence: Sequence;
  /** The tokens to read next; at least one. */
  readonly ids: ArrayLike<number>;
  /**
   * So many of the ids, the first that the sequence reads, are its prompt. A model with `hasPrefix` lets them see each other in
   * both directions; others pay no heed to it.
   */
  readonly prefix?: number;
  /** Asks for the token after the last one rather than for its logits, in a step that wants nothing but those. */
  readonly choice?: TokenChoice;
}

/** How a token is chosen: logits divided by the temperature, then the filters in this order, then a draw. */
export interface TokenChoice {
  /** 0: the likeliest, of equals the one with the lowest id. */
  readonly temperature: number;
  /** Keeps the k likeliest, and any that equal the last of them; 0 keeps all. */
  readonly topK: number;
  /** Keeps the fewest that have this probability together; 1 keeps all. */
  readonly topP: number;
  /** Keeps those at least so many times as likely as the likeliest; 0 keeps all. */
  readonly minP: number;
  /** In [0, 1): chosen is the first id whose cumulative probability exceeds it. */
  readonly draw: number;
  /** Only ids below it, when given. */
  readonly vocabSize?: number;
}

export interface StepResult {
  /** One row of `vocabSize` logits for each wanted place. The caller owns the rows and may edit them. */
  readonly logits: Float32Array[];
  /**
   * The token that a request's `choice` chose; there are no logits then. A model that does not choose, or cannot tell because
   * a logit is not finite or rounding would decide, leaves it out and gives the logits.
   */
  readonly chosen?: number;
  /** One row of `hiddenSize` floats for each wanted place, when wanted. */
  readonly hidden?: Float32Array[];
  /**
   * `attention[place][layer]`, when wanted: heads × length weights, head by head, where length counts the tokens read up
   * to that place, or all of a `prefix` that it stands in. Each head's weights sum to 1. A model without attention leaves it out.
   */
  readonly attention?: Float32Array[][];
  /**
   * `layers[place][layer]`, when wanted: what enters the first layer, then what each layer hands on. `project` makes logits of
   * any of them. A model without layers leaves it out.
   */
  readonly layers?: Float32Array[][];
  /**
   * `experts[place][layer]`, when wanted: how much of each expert a token takes; 0 of those it is not sent to, 1 together. A model
   * without experts leaves it out.
   */
  readonly experts?: Float32Array[][];
}

/** What the sequences of a model hold together; what several share counts once. */
export interface ModelMemory {
  /** `freeTokens` + `usedTokens`, always; `Infinity` where only the machine is the limit. */
  readonly totalTokens: number;
  readonly freeTokens: number;
  readonly usedTokens: number;
  /** What a step with these requests would take; one that takes more than is free is refused and reads nothing. */
  tokensFor(batch: readonly StepRequest[]): number;
}

/** A language model that reads many sequences at once. Beam search, speculation and guards all stand on this. */
export interface LanguageModel {
  readonly vocabSize: number;
  /** The longest sequence it can read, in tokens. */
  readonly contextLength: number;
  /**
   * It reads a prompt in both directions. Who steps it says how long a prompt is (`prefix`), reads it in one piece, and never
   * rewinds into it; without, all is read as if it had been written.
   */
  readonly hasPrefix?: boolean;
  /** None: it has no limit that others need to know of. */
  readonly memory?: ModelMemory;
  /** Names of adapters that sequences can be read with. */
  readonly adapters?: readonly string[];
  /** The longest sequence that is read with an adapter. Default: `contextLength`. */
  contextWith?(adapter: string): number;
  /** An empty sequence, read with an adapter or by the plain model. @throws for an adapter that the model does not have. */
  open(adapter?: string): Sequence;
  /** Reads each request's tokens in one batched pass; results in the order of the requests. */
  step(batch: readonly StepRequest[], wants?: StepWants): StepResult[];
  /** The logits that the model's last norm and head make of rows of `layers`; of the last layer, those of the step. */
  project?(rows: readonly Float32Array[]): Float32Array[];
  /** The learned vectors of tokens, without their places. */
  embed?(ids: readonly number[]): Float32Array[];
}

/** A model that reads one text and writes another, which belongs to it: a translation, a summary. */
export interface SourceModel {
  readonly vocabSize: number;
  /** The longest text that it writes, and the longest that it reads, in tokens. */
  readonly contextLength: number;
  readonly sourceLength: number;
  /** Begins every text that it writes, and is no part of it. */
  readonly startId: number;
  /** The model that writes for this source: every sequence it opens knows the source, and begins with `startId`. */
  read(source: ArrayLike<number>): LanguageModel;
  /** Steps sequences of any sources together. */
  step(batch: readonly StepRequest[], wants?: StepWants): StepResult[];
}

/** `blocked`: a rule of moderation ended the text. */
export type FinishReason = 'stop' | 'length' | 'eos' | 'aborted' | 'loop' | 'error' | 'blocked';

/** What a guard against loops did to one text. */
export interface GuardStats {
  /** How often the text was taken back to before a loop and written anew, or ended there. */
  readonly repairs: number;
  /** Tokens that were written and never shown. */
  readonly discardedTokens: number;
  /** The most tokens that waited to be shown at one time. */
  readonly longestHold: number;
}

/** One token with its log-probability, and the likeliest alternatives when asked for. */
export interface TokenScore {
  readonly id: number;
  readonly text: string;
  readonly logprob: number;
  readonly top?: readonly { readonly id: number; readonly text: string; readonly logprob: number }[];
}

/** What a generation streams. When several texts are written at once, `index` says which one a part belongs to. */
export type GenerationPart =
  | {
      readonly type: 'text-delta';
      readonly index?: number;
      readonly text: string;
      readonly tokens?: readonly TokenScore[];
    }
  | {
      readonly type: 'loop-repaired';
      readonly index?: number;
      readonly onset: number;
      readonly period: number;
      readonly action: string;
    }
  | {
      readonly type: 'finish';
      readonly index?: number;
      readonly reason: FinishReason;
      readonly promptTokens: number;
      readonly completionTokens: number;
      /** The stop string that ended it, if one did. */
      readonly stop?: string;
      /** What went wrong, when the reason is `error`. */
      readonly error?: unknown;
      /** What the guard against loops did, when there was one. */
      readonly guard?: GuardStats;
    };

/** A model that speaks text: a local model with its tokenizer, or a remote endpoint. */
export interface TextModel<Request = { readonly prompt: string; readonly signal?: AbortSignal }> {
  generate(request: Request): AsyncIterable<GenerationPart>;
}

/** Turns texts into vectors whose angle tells how alike the texts are: a local encoder, or a remote endpoint. */
export interface Embedder {
  embed(
    texts: readonly string[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<{
    /** In the order of the texts. */
    readonly vectors: readonly ArrayLike<number>[];
    /** Tokens read; 0 where it is not known. */
    readonly promptTokens: number;
  }>;
}

/** Sound of one channel. */
export interface Sound {
  /** Samples of a second. */
  readonly sampleRate: number;
  /** From −1 to 1. */
  readonly samples: Float32Array<ArrayBuffer>;
}

/** A stretch of speech; times are in seconds from the beginning. */
export interface HeardSegment {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What was said. */
export interface Heard {
  readonly text: string;
  /** In order. */
  readonly segments: readonly HeardSegment[];
  /** As the listener names it (`en`, `zh`); undefined where it does not tell. */
  readonly language?: string | undefined;
}

/** Turns speech into text: a program here, or a remote endpoint. */
export interface Listener {
  /** What it is called by. */
  readonly id: string;
  /** Where what is heard is sent, when that is not here. */
  readonly host?: string | undefined;
  listen(
    sound: Sound,
    options?: {
      /** Of the speech: `en`, `zh`; without, the listener finds out if it can. */
      readonly language?: string | undefined;
      /** Names and words that may be said. */
      readonly prompt?: string | undefined;
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<Heard>;
}

/** Turns a text into speech: a program here, or a remote endpoint. */
export interface Speaker {
  readonly id: string;
  /** Where the text is sent, when that is not here. */
  readonly host?: string | undefined;
  speak(
    text: string,
    options?: {
      /** Of the text. Default: Chinese where it has a Chinese character, else English. */
      readonly language?: 'en' | 'zh' | undefined;
      /** As the speaker names it. */
      readonly voice?: string | undefined;
      /** 1 is its own. */
      readonly speed?: number | undefined;
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<Sound>;
}

/** One document of a corpus. */
export interface TextDocument {
  readonly text: string;
  /** Where it came from: a path inside the source. */
  readonly source?: string;
  readonly title?: string;
  /** Where each page begins in the text, in UTF-16 units; of formats with pages. */
  readonly pages?: readonly number[];
  /** The class it belongs to, where labels were asked for. */
  readonly label?: string;
}

/** A value behind `$1`, `$2`, … of a statement; JSON goes in as text. */
export type Param = string | number | boolean | Date | null | readonly string[];

/** What can be asked of a database, inside a transaction or outside. */
export interface Queries {
  /** The rows of one statement. Values are given as parameters, never written into the text. */
  query<Row>(sql: string, params?: readonly Param[]): Promise<Row[]>;
}

/** A database that is open. What a query or a transaction has answered is kept. */
export interface Database extends Queries {
  /** All of the work or, when it throws, none of it. Inside, only `queries` may be asked. */
  transaction<Result>(work: (queries: Queries) => Promise<Result>): Promise<Result>;
  /** Whether nothing was ever kept in it; without it, something may be. It does not open the database. */
  isNew?(): Promise<boolean>;
  close(): Promise<void>;
}
