/** The logit lens: what the model would say after each layer, around the chosen place. */

import { useState } from 'react';
import { inspectPlots } from '../../../../src/eval/inspect/inspect-plots.ts';
import { inspectTables, toCsv } from '../../../../src/eval/inspect/inspect-tables.ts';
import { labelIn, renderPlot } from '../../../../src/plots/index.ts';
import { ExportButtons } from '../../parts/export-buttons.tsx';
import { pngOf } from '../../parts/save-file.ts';
import { Failure, Waiting } from '../../parts/states.tsx';
import { useLanguage, useWords } from '../../words.ts';
import { Choices, percent } from './choices.tsx';
import classes from './inside.module.css';
import type { Subject } from './page.tsx';
import { shownPiece, useInspect } from './use-inspect.ts';
import { layersWords } from './words.ts';

/** Places shown at once. */
const SHOWN = 10;

export function LayersView({ model, ids, at }: Subject) {
  const say = useWords(layersWords);
  const { language: lang } = useLanguage();
  // What stands at a place was said at the one before.
  const last = Math.max(0, Math.min(at - 1, ids.length - 1));
  const first = Math.max(0, last - SHOWN + 1);
  const places = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const lens = useInspect('lens', { model, ids, places, top: 8 });
  const [chosen, setChosen] = useState<{ at: number; layer: number }>();
  if (lens.error) return <Failure error={lens.error} />;
  if (!lens.data) return <Waiting />;
  const { data } = lens;
  const count = data[0].layers.length;
  const nameOf = (layer: number): string => (layer === 0 ? say.input : say.layer(layer - 1));
  const shown = data.find((one) => one.at === chosen?.at) ?? data.at(-1)!;
  const layer = chosen?.layer ?? count - 1;
  const said = shown.layers[layer];
  const plot = (): string => renderPlot(inspectPlots.lens(data), { lang, standalone: true });
  return (
    <>
      <p className={classes.quiet}>{say.lead}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={classes.scroll} tabIndex={0} aria-label={say.lead}>
        <table className={classes.lens}>
          <thead>
            <tr>
              <th scope="col">{say.reads}</th>
              {data.map((place) => (
                <th key={place.at} scope="col">
                  {shownPiece(place.token)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {Array.from({ length: count }, (_, number) => (
              <tr key={nameOf(number)}>
                <th scope="row">{nameOf(number)}</th>
                {data.map((place) => {
                  const [top] = place.layers[number].top;
                  return (
                    <td key={place.at}>
                      <button
                        type="button"
                        aria-pressed={place.at === shown.at && number === layer}
                        aria-label={say.cell(
                          nameOf(number),
                          shownPiece(place.token),
                          `${shownPiece(top)} ${percent(top.probability)}`,
                        )}
                        data-answer={top.id === place.answer.id || undefined}
                        style={{ '--depth': Math.sqrt(top.probability).toFixed(3) } as object}
                        onClick={() => setChosen({ at: place.at, layer: number })}
                      >
                        {shownPiece(top)}
                      </button>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <section className={classes.sheet}>
        <h2>{`${nameOf(layer)} · ${shown.at} ${shownPiece(shown.token)}`}</h2>
        <p className={classes.quiet}>
          {say.answer(shownPiece(shown.answer), said.rank, percent(said.probability))}
        </p>
        <Choices top={said.top} chosen={shown.answer.id} />
        <ExportButtons
          name="logit-lens"
          files={{
            csv: () => toCsv(inspectTables.lens(data), (label) => labelIn(label, lang)),
            svg: plot,
            png: () => pngOf(plot()),
          }}
        />
      </section>
    </>
  );
}
