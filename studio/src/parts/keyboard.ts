/** Single keys act only where nobody is typing. */

/** NOTE A view is chosen by radio buttons, which keep the focus and take no letters. */
export const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches('input:not([type=radio]), textarea, select'));
