import { PageHead } from '../../parts/page-head.tsx';
import { shellWords } from '../../shell/words.ts';
import { useWords } from '../../words.ts';

export function HomePage() {
  return <PageHead title={useWords(shellWords).home} />;
}
