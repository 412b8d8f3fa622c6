import { PageHead } from '../../parts/page-head.tsx';
import { shellWords } from '../../shell/words.ts';
import { useWords } from '../../words.ts';

export function RunsPage() {
  return <PageHead title={useWords(shellWords).runs} />;
}
