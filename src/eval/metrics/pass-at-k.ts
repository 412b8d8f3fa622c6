/** pass@k: how often at least one of k attempts at a program passes its tests. */

import { checkInteger, fail } from '../errors.ts';

/**
 * 1 − C(n − c, k) / C(n, k) of n attempts of which c pass, without bias (Chen et al., "Evaluating large language models trained on
 * code", 2021, §2.1), as a product, which stays exact where the binomials overflow.
 * @throws where there are fewer than k attempts
 */
export function passAtK(attempts: number, passed: number, k: number): number {
  checkInteger('passAtK', 'k', k, 1);
  checkInteger('passAtK', 'attempts', attempts, k);
  checkInteger('passAtK', 'passed', passed, 0);
  if (passed > attempts) {
    throw fail('eval/option', {
      where: 'passAtK',
      option: 'passed',
      rule: `at most ${attempts}`,
      got: passed,
    });
  }
  // Of fewer than k failures one factor is 0: any k attempts hold one that passes.
  let allFail = 1;
  for (let i = attempts - passed + 1; i <= attempts; i++) allFail *= 1 - k / i;
  return 1 - allFail;
}
