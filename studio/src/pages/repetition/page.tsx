import { PageHead } from '../../parts/page-head.tsx';
import { useWords } from '../../words.ts';
import { repetitionWords } from './words.ts';

export function RepetitionPage() {
  const say = useWords(repetitionWords);
  return <PageHead title={say.title} lead={say.lead} />;
}
