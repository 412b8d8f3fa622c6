/** Who cites whom: drawn as the command line draws it, with each citing sentence. */

import { placeNodes } from '../../../../src/plots/index.ts';
import { CopyButton } from '../../parts/command-line.tsx';
import { useWords } from '../../words.ts';
import { PlaceMark } from './paper-result.tsx';
import classes from './papers.module.css';
import type { PaperAnswers } from './tasks.ts';
import { papersWords } from './words.ts';

const SHOWN_TERMS = 20;
const LONGEST = 34;
const shortened = (text: string): string =>
  [...text].length > LONGEST ? `${[...text].slice(0, LONGEST - 1).join('')}…` : text;

export function GraphView({ answer }: { readonly answer: PaperAnswers['graph'] }) {
  const say = useWords(papersWords);
  const { nodes, links, sharedTerms, sharedWorks, mermaid } = answer;
  const shown = nodes.map(({ id, title, year }) => ({
    id,
    lines: [year === null ? id : `${id} (${year})`, shortened(title)],
    layer: year,
  }));
  const placed = placeNodes({ nodes: shown });
  const byId = new Map(placed.nodes.map((node) => [node.id, node]));
  return (
    <>
      <div className={classes.resultHead}>
        <h2>{say.graph}</h2>
        <CopyButton text={mermaid} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a picture that scrolls must be reached by the keyboard */}
      <section className={classes.wide} tabIndex={0} aria-label={say.graph}>
        <svg
          width={placed.width}
          height={placed.height}
          role="img"
          aria-label={say.graph}
          className={classes.graph}
        >
          {links.map(({ from, to }) => {
            const [a, b] = [byId.get(from)!, byId.get(to)!];
            return <line key={`${from} ${to}`} x1={a.x} y1={a.y} x2={b.x} y2={b.y} />;
          })}
          {placed.nodes.map(({ id, x, y, width, height }, i) => (
            <g key={id}>
              <rect x={x - width / 2} y={y - height / 2} width={width} height={height} rx={6} />
              {shown[i].lines.map((line, k) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two lines that may be the same
                <text key={k} x={x} y={y - height / 2 + 22 + 16 * k} textAnchor="middle">
                  {line}
                </text>
              ))}
            </g>
          ))}
        </svg>
      </section>
      {links.length === 0 && <p className={classes.quiet}>{say.noLinks}</p>}
      {links.map(({ from, to, places }) => (
        <div key={`${from} ${to}`} className={classes.card}>
          <strong>{say.cites(from, to)}</strong>
          {places.map((place) => (
            <p key={place.excerpt}>
              <q>{place.excerpt}</q> <PlaceMark place={place} />
            </p>
          ))}
        </div>
      ))}
      {sharedTerms.length > 0 && <h2>{say.sharedTerms}</h2>}
      <ul>
        {sharedTerms.slice(0, SHOWN_TERMS).map(({ papers, terms }) => (
          <li key={papers.join()}>
            {papers.join(' – ')}: {terms.join(', ')}
          </li>
        ))}
      </ul>
      {sharedWorks.length > 0 && <h2>{say.sharedWorks}</h2>}
      <ul>
        {sharedWorks.map(({ title, citedBy }) => (
          <li key={title}>
            {title} — {citedBy.join(', ')}
          </li>
        ))}
      </ul>
    </>
  );
}
