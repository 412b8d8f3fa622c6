import { PageHead } from '../../parts/page-head.tsx';
import { useWords } from '../../words.ts';
import { insideWords } from './words.ts';

export function InsidePage() {
  const say = useWords(insideWords);
  return <PageHead title={say.title} lead={say.lead} />;
}
