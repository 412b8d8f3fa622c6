/** What a person asks in a conversation, and whether a person reads the answer. */

interface Turn {
  readonly role?: string;
  readonly content?: string | readonly { readonly text: string }[] | null;
}

/** The last words of the person. */
export function askedIn(turns: readonly object[]): string {
  const last = (turns as readonly Turn[]).findLast(({ role }) => role === 'user');
  const { content } = last ?? {};
  return typeof content === 'string' ? content : (content ?? []).map(({ text }) => text).join('\n');
}

/** Whether a form or calls of tools are asked for: the answer is for a program. */
export function isForProgram({
  tools,
  response_format: format,
  text,
}: {
  readonly tools?: readonly unknown[] | null | undefined;
  readonly response_format?: { readonly type: string } | null | undefined;
  readonly text?: { readonly format?: { readonly type: string } | null | undefined } | null | undefined;
}): boolean {
  const type = format?.type ?? text?.format?.type ?? 'text';
  return (tools?.length ?? 0) > 0 || type !== 'text';
}
