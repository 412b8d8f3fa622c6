/** What the studio keeps: `/api/conversations`, `reviews`, `labels`, `rules`, `audit`, `keys`. Every call sees its own tenant's rows. */

import { Hono } from 'hono';
import type { State } from '../../store/index.ts';
import type { Variables } from '../app.ts';
import type { Watch } from '../watch/watch.ts';
import { auditRoutes } from './audit-routes.ts';
import { conversationRoutes } from './conversation-routes.ts';
import { keyRoutes } from './key-routes.ts';
import { type LabelOptions, labelRoutes } from './label-routes.ts';
import { reviewRoutes } from './review-routes.ts';
import { ruleRoutes } from './rule-routes.ts';

/** `watch` hears when rules or keys change. */
export function stateRoutes(
  state: State,
  watch: Pick<Watch, 'forget'>,
  labels: LabelOptions = {},
): Hono<{ Variables: Variables }> {
  return new Hono<{ Variables: Variables }>()
    .route('/conversations', conversationRoutes(state.conversations))
    .route('/reviews', reviewRoutes(state, watch))
    .route('/labels', labelRoutes(state, labels))
    .route('/rules', ruleRoutes(state.rules, watch))
    .route('/audit', auditRoutes(state.audit))
    .route('/keys', keyRoutes(state.keys, watch));
}
