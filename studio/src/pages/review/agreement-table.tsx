/** How far each two people agree beyond chance, and the texts on which they do not. */

import { getRouteApi, Link } from '@tanstack/react-router';
import { PairTable } from '../../parts/pair-table.tsx';
import { useWords } from '../../words.ts';
import classes from './review.module.css';
import { useAgreement } from './use-reviews.ts';
import { reviewWords } from './words.ts';

const route = getRouteApi('/review');

export function AgreementTable() {
  const say = useWords(reviewWords);
  const { data } = useAgreement();
  const { id: shown } = route.useSearch();
  if (!data) return null;
  const { pairs, disagreements } = data;
  return (
    <section className={classes.sheet}>
      <h2>{say.agreement}</h2>
      {pairs.length === 0 && <p className={classes.quiet}>{say.agreementNone}</p>}
      {pairs.length > 0 && (
        <>
          <PairTable pairs={pairs} />
          <p className={classes.quiet}>{say.kappaHow}</p>
        </>
      )}
      {disagreements.length > 0 && (
        <>
          <p className={classes.quiet}>{say.disagreements(disagreements.length)}</p>
          <ul className={classes.links}>
            {disagreements.slice(0, 50).map((id, i) => (
              <li key={id}>
                <Link to="/review" search={{ status: 'done', id }} aria-current={id === shown || undefined}>
                  {say.show(i + 1)}
                </Link>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
