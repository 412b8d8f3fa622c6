/** Rules of numbers that several options share, with the words of their errors. */

export const positive = { test: (x: number) => x > 0, words: { en: 'a positive number', zh: '为正数' } };
export const notNegative = { test: (x: number) => x >= 0, words: { en: '0 or more', zh: '大于或等于 0' } };
export const wholePositive = {
  test: (x: number) => Number.isInteger(x) && x > 0,
  words: { en: 'a whole number of at least 1', zh: '为不小于 1 的整数' },
};
export const wholeFromZero = {
  test: (x: number) => Number.isSafeInteger(x) && x >= 0,
  words: { en: 'a whole number of 0 or more', zh: '为不小于 0 的整数' },
};
export const probability = {
  test: (x: number) => x > 0 && x <= 1,
  words: { en: 'in (0, 1]', zh: '在 (0, 1] 之内' },
};
export const share = {
  test: (x: number) => x > 0 && x < 1,
  words: { en: 'in (0, 1)', zh: '在 (0, 1) 之内' },
};
export const belowOne = {
  test: (x: number) => x >= 0 && x < 1,
  words: { en: 'in [0, 1)', zh: '在 [0, 1) 之内' },
};
