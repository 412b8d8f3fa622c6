/** A tune as a score. */

import abcjs from 'abcjs';
import { useEffect, useRef } from 'react';
import { boundedText } from '../../../../src/music/index.ts';
import classes from './music.module.css';

export function Score({ text, label }: { readonly text: string; readonly label: string }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current) return;
    try {
      const bounded = boundedText(text);
      if ('refused' in bounded) throw new Error(bounded.refused);
      abcjs.renderAbc(place.current, bounded.text, {
        ariaLabel: '',
        foregroundColor: 'currentColor',
        staffwidth: 720,
        responsive: 'resize',
      });
      // What it shows is told by the label around it.
      place.current.querySelector('svg')?.setAttribute('aria-hidden', 'true');
    } catch {
      // What cannot be drawn is told by the check.
      place.current.replaceChildren();
    }
  }, [text]);
  return (
    <div className={classes.score} role="img" aria-label={label}>
      <div ref={place} />
    </div>
  );
}
