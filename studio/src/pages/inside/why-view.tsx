/** Why this token rather than that: what each token of the text adds to the difference. */

import { Group, Select } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { inspectPlots } from '../../../../src/eval/inspect/inspect-plots.ts';
import { inspectTables, toCsv } from '../../../../src/eval/inspect/inspect-tables.ts';
import { labelIn } from '../../../../src/plots/index.ts';
import { PlotFigure } from '../../parts/plot-figure.tsx';
import { Failure, Waiting } from '../../parts/states.tsx';
import { useLanguage, useWords } from '../../words.ts';
import { percent } from './choices.tsx';
import classes from './inside.module.css';
import type { Subject } from './page.tsx';
import type { InsideSearch } from './search.ts';
import { type Piece, shownPiece, useInspect } from './use-inspect.ts';
import { pairAt } from './why-pair.ts';
import { whyWords } from './words.ts';

const route = getRouteApi('/inside');

/** Bars that can still be told apart; beyond, the colours of the text say it. */
const MOST_BARS = 60;

export function WhyView({ model, reading, ids, at }: Subject) {
  const say = useWords(whyWords);
  const { language } = useLanguage();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { candidates, a, b } = pairAt({ reading, at }, search);
  const choose = (next: Pick<InsideSearch, 'this' | 'that'>): void =>
    void navigate({ search: { ...search, ...next }, replace: true, resetScroll: false });
  const isAsked = at > 0 && a !== undefined && b !== undefined;
  const question = isAsked ? { model, ids: ids.slice(0, at), a: a.id, b: b.id, keep: 1 } : undefined;
  const why = useInspect('why', question);
  if (!isAsked) return <p className={classes.quiet}>{say.nothing}</p>;
  const data = candidates.map((choice) => ({
    value: String(choice.id),
    label: `${shownPiece(choice)}${choice.probability === undefined ? '' : `  ${percent(choice.probability)}`}`,
  }));
  return (
    <>
      <p className={classes.quiet}>{say.lead}</p>
      <Group align="flex-end" mb="md">
        <Select
          label={say.a}
          data={data}
          value={String(a.id)}
          allowDeselect={false}
          onChange={(id) => choose({ this: Number(id) })}
        />
        <Select
          label={say.b}
          data={data}
          value={String(b.id)}
          allowDeselect={false}
          onChange={(id) => choose({ that: Number(id) })}
        />
      </Group>
      {why.error && <Failure error={why.error} />}
      {why.isPending && <Waiting />}
      {why.data && why.data.tokens.length === 0 && <p className={classes.quiet}>{say.nothing}</p>}
      {why.data && why.data.tokens.length > 0 && (
        <div className={classes.columns}>
          <section className={classes.sheet}>
            <h2>{`${shownPiece(why.data.a)} − ${shownPiece(why.data.b)}`}</h2>
            <p className={classes.quiet}>{say.difference(why.data.difference.toFixed(3))}</p>
            <Weights tokens={why.data.tokens} />
            <h3>{say.strongest}</h3>
            <table className={classes.table}>
              <tbody>
                {why.data.tokens
                  .toSorted((one, other) => Math.abs(other.weight) - Math.abs(one.weight))
                  .slice(0, 8)
                  .map((one) => (
                    <tr key={one.at}>
                      <td>{one.at}</td>
                      <th scope="row">{shownPiece(one)}</th>
                      <td>{one.weight.toFixed(3)}</td>
                    </tr>
                  ))}
              </tbody>
            </table>
          </section>
          {why.data.tokens.length <= MOST_BARS && (
            <PlotFigure
              plot={inspectPlots.why(why.data)}
              name="why"
              files={{
                csv: () => toCsv(inspectTables.why(why.data), (label) => labelIn(label, language)),
              }}
            />
          )}
        </div>
      )}
    </>
  );
}

function Weights({
  tokens,
}: {
  readonly tokens: readonly (Piece & { readonly at: number; readonly weight: number })[];
}) {
  const most = tokens.reduce((top, { weight }) => Math.max(top, Math.abs(weight)), 1e-6);
  return (
    <p className={classes.weights}>
      {tokens.map((token) => (
        <span
          key={token.at}
          title={token.weight.toFixed(3)}
          data-side={token.weight < 0 ? 'b' : 'a'}
          className={classes.token}
          style={{ '--depth': (Math.abs(token.weight) / most).toFixed(3) } as object}
        >
          {shownPiece(token)}
        </span>
      ))}
    </p>
  );
}
