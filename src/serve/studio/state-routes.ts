/** `/api/conversations` and `/api/reviews`: what the studio keeps. Every call sees its own tenant's rows only. */

import { Hono } from 'hono';
import type { State } from '../../store/index.ts';
import type { Variables } from '../app.ts';
import { conversationRoutes } from './conversation-routes.ts';
import { reviewRoutes } from './review-routes.ts';

export function stateRoutes(state: State): Hono<{ Variables: Variables }> {
  return new Hono<{ Variables: Variables }>()
    .route('/conversations', conversationRoutes(state.conversations))
    .route('/reviews', reviewRoutes(state.reviews));
}
