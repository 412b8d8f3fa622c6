/** A file to save: never shown by the browser as a page of ours. */

import type { AppContext } from '../app.ts';

/** `name` is of our making: letters, digits, dots and dashes. */
export function attachment(c: AppContext, content: string, name: string): Response {
  return c.body(content, 200, {
    'content-type': 'text/plain; charset=utf-8',
    'content-disposition': `attachment; filename="${name}"`,
    'x-content-type-options': 'nosniff',
  });
}
