import { PageHead } from '../../parts/page-head.tsx';
import { useWords } from '../../words.ts';
import { reviewWords } from './words.ts';

export function ReviewPage() {
  const say = useWords(reviewWords);
  return <PageHead title={say.title} lead={say.lead} />;
}
