/** What the assistant and a model say to each other: any `TextModel` that takes such a request can be an assistant. */

import type { TextModel } from '../../types.ts';
import type { ToolSpec } from './tool.ts';

/** A call as a model asks for it. */
export interface AskedCall {
  readonly id: string;
  readonly name: string;
  /** JSON as it was written. */
  readonly arguments: string;
}

export type AssistantMessage =
  | { readonly role: 'system' | 'user'; readonly content: string }
  | { readonly role: 'assistant'; readonly content: string; readonly calls?: readonly AskedCall[] }
  /** What came of a call: quoted data. */
  | { readonly role: 'tool'; readonly content: string; readonly callId: string; readonly name: string };

export interface AssistantRequest {
  /** The last words of the person, for a model that knows no conversation. */
  readonly prompt: string;
  readonly messages: readonly AssistantMessage[];
  /** None: only text is wanted. */
  readonly tools: readonly ToolSpec[];
  readonly maxTokens: number;
  readonly signal?: AbortSignal;
}

/** Its calls of tools stand in the text, spelled as `toolCallForm` has them. */
export type AssistantModel = TextModel<AssistantRequest>;
