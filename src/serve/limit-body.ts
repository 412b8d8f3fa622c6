/** Refuses bodies that are too large: by what they say of themselves, or, where they say nothing, as they come. */

import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { fail } from './errors.ts';
import { limits } from './limits.ts';

const tooLarge = () => fail('serve/size', { most: limits.bodyBytes });

/** @throws `serve/size` */
export function limitBody(): MiddlewareHandler {
  const counted = bodyLimit({
    maxSize: limits.bodyBytes,
    onError: () => {
      throw tooLarge();
    },
  });
  return (c, next) => {
    const { method } = c.req;
    if (method === 'GET' || method === 'HEAD') return next();
    const length = c.req.header('content-length');
    // NOTE: to count it would take a web request and a stream of its body, which cost more than a short answer.
    if (length === undefined || c.req.header('transfer-encoding') !== undefined) return counted(c, next);
    if (Number(length) > limits.bodyBytes) throw tooLarge();
    return next();
  };
}
