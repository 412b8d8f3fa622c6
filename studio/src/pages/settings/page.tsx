import { PageHead } from '../../parts/page-head.tsx';
import { shellWords } from '../../shell/words.ts';
import { useWords } from '../../words.ts';

export function SettingsPage() {
  return <PageHead title={useWords(shellWords).settings} />;
}
