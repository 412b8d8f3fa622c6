/** How far each two people agree. */

import type { PairAgreement } from '../../../src/store/index.ts';
import { defineWords, useWords } from '../words.ts';
import { percent } from './numbers.ts';
import classes from './pair-table.module.css';

const words = defineWords({
  pair: { en: 'people', zh: '两人' },
  items: { en: 'texts', zh: '篇数' },
  agreed: { en: 'agreed', zh: '一致' },
  kappa: { en: 'Cohen’s κ', zh: 'Cohen κ' },
});

export function PairTable({ pairs }: { readonly pairs: readonly PairAgreement[] }) {
  const say = useWords(words);
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">{say.pair}</th>
          <th scope="col">{say.items}</th>
          <th scope="col">{say.agreed}</th>
          <th scope="col">{say.kappa}</th>
        </tr>
      </thead>
      <tbody>
        {pairs.map(({ reviewers, items, agreed, kappa }) => (
          <tr key={reviewers.join()}>
            <th scope="row">{reviewers.join(' · ')}</th>
            <td>{items}</td>
            <td>{percent(agreed)}</td>
            <td>{coefficient(kappa)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Beyond chance; – where that says nothing. */
export const coefficient = (value: number | null): string =>
  value === null || Number.isNaN(value) ? '–' : value.toFixed(2);
