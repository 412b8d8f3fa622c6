import { afterEach, describe, expect, test } from 'vitest';
import { setLanguage } from '../language.ts';
import { type Found, type LatestRun, menuEntries } from './menu-entries.ts';

afterEach(() => setLanguage(undefined));

const latest: LatestRun = { folder: 'runs/b', data: 'b.txt', state: 'finished', step: 12 };
const commandsFor = (found: Found): string[] => menuEntries(found).map(({ words }) => words.join(' '));

describe('what the menu offers', () => {
  test.each<[string, Found, string[]]>([
    ['nothing yet', {}, ['start', 'studio', 'train', 'explain', 'help']],
    [
      'a finished run',
      { latest, model: 'runs/b' },
      ['generate runs/b', 'studio', 'train', 'explain', 'help'],
    ],
    [
      'one that was interrupted, beside an older model',
      { latest: { ...latest, state: 'interrupted' }, model: 'runs/a' },
      ['train --data b.txt --out runs/b', 'generate runs/a', 'studio', 'train', 'explain', 'help'],
    ],
    [
      'one that is being trained, before its first checkpoint',
      { latest: { ...latest, state: 'running' } },
      ['studio', 'train', 'explain', 'help'],
    ],
  ])('%s', (_, found, commands) => expect(commandsFor(found)).toEqual(commands));

  test('runs are called by their names, in both languages', () => {
    const found: Found = { latest: { ...latest, state: 'interrupted' }, model: 'runs/a' };
    setLanguage('en');
    expect(menuEntries(found)[0].label).toBe('Go on training runs/b, which stopped at step 12');
    setLanguage('zh');
    expect(menuEntries(found)[0].label).toBe('继续训练 runs/b（停在第 12 步）');
  });
});
