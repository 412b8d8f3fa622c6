/** `g` and a letter lead to a page, from anywhere but a field. */

import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { pages } from './pages.ts';

/** How long the second key may wait, in ms. */
const PATIENCE = 1200;

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

export function usePageKeys(): void {
  const navigate = useNavigate();
  useEffect(() => {
    let pressed = 0;
    const onKey = (event: KeyboardEvent): void => {
      if (isField(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'g') {
        pressed = event.timeStamp;
        return;
      }
      const page = event.timeStamp - pressed < PATIENCE && pages.find(({ key }) => key === event.key);
      pressed = 0;
      if (page) void navigate({ to: page.to });
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [navigate]);
}
