/** `g` and a letter lead to a page, from anywhere but a field. */

import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { isField } from '../parts/keyboard.ts';
import { pages } from './pages.ts';

/** How long the second key may wait, in ms. */
const PATIENCE = 1200;

export function usePageKeys(): void {
  const navigate = useNavigate();
  useEffect(() => {
    // Not 0: times of events begin at 0 when the page loads, and its first keys would count as second ones.
    let pressed = Number.NEGATIVE_INFINITY;
    const onKey = (event: KeyboardEvent): void => {
      if (isField(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'g') {
        pressed = event.timeStamp;
        return;
      }
      const page = event.timeStamp - pressed < PATIENCE && pages.find(({ key }) => key === event.key);
      pressed = Number.NEGATIVE_INFINITY;
      if (!page) return;
      event.preventDefault();
      event.stopPropagation();
      void navigate({ to: page.to });
    };
    // Before any other listener: a page's own keys shall not act on the letter as well.
    addEventListener('keydown', onKey, { capture: true });
    return () => removeEventListener('keydown', onKey, { capture: true });
  }, [navigate]);
}
