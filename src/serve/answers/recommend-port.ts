/** What the server needs of a recommender: answers for each tenant, and what its readers did since. */

import type {
  RatingScale,
  ReaderEvent,
  Recommendations,
  RecommendOptions,
  Wish,
} from '../../recommend/index.ts';

export interface RecommendPort {
  /** What ratings are on: whoever likes something says `high`, whoever does not `low`. */
  readonly scale: RatingScale;
  recommend(tenant: string, wish: Wish, options: RecommendOptions): Promise<Recommendations>;
  /** Kept before it returns; the tenant's next answer knows. Of the tenant's events so many are kept at most. */
  tell(tenant: string, events: readonly ReaderEvent[], most: number): Promise<{ readonly kept: number }>;
}
