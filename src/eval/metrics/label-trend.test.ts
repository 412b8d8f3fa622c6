import { expect, test } from 'vitest';
import { renderPlot } from '../../plots/index.ts';
import { armitage, type DatedLabel, labelTrend, readDay } from './label-trend.ts';
import { trendPlot, trendTable } from './label-trend-view.ts';

const dated = (label: string, date: string): DatedLabel => ({ label, day: readDay(date)! });

test('the trend of shares is that of R', () => {
  // prop.trend.test(c(83, 90, 129, 70), c(86, 93, 136, 82)): X-squared = 8.2249, p-value = 0.004132
  const { z, pValue } = armitage([83, 90, 129, 70], [86, 93, 136, 82]);
  expect(z ** 2).toBeCloseTo(8.2249, 4);
  expect(z).toBeLessThan(0);
  expect(pValue).toBeCloseTo(0.004132, 6);
  expect(armitage([3, 4], [3, 4]).pValue).toBeNaN();
});

test.each([
  ['2020-03-01', '2020-03-01'],
  ['2020/3/1 12:30', '2020-03-01'],
  ['2020-03-01T23:59:59-11:00', '2020-03-01'],
  ['2020年3月1日 星期日', '2020-03-01'],
  ['20200301', '2020-03-01'],
  ['2020-03', '2020-03-01'],
  [' 2020 ', '2020-01-01'],
])('%s is a day', (text, day) => {
  expect(new Date(86_400_000 * readDay(text)!).toISOString().slice(0, 10)).toBe(day);
});

test.each(['', 'soon', '2021-02-29', '2020-13-01', '0020-01-01', '12345', '1583020800', '3/1/2020'])(
  '%s is none',
  (text) => {
    expect(readDay(text)).toBeUndefined();
  },
);

test('periods follow each other, empty ones too; weeks begin on Monday', () => {
  const items = [dated('好', '2020-02-29'), dated('好', '2020-03-01'), dated('差', '2020-03-16')];
  const { periods, labels } = labelTrend(items, 'week');
  expect(periods.map(({ start, count }) => [start, count])).toEqual([
    ['2020-02-24', 2],
    ['2020-03-02', 0],
    ['2020-03-09', 0],
    ['2020-03-16', 1],
  ]);
  expect(labels.map(({ label, count }) => [label, count])).toEqual([
    ['好', 2],
    ['差', 1],
  ]);
  expect(labels[0].z).toBeCloseTo(-labels[1].z);
  expect(labelTrend(items, 'month').periods.map(({ start }) => start)).toEqual(['2020-02', '2020-03']);
  expect(labelTrend(items, 'year').periods.map(({ start }) => start)).toEqual(['2020']);
  expect(labelTrend(items).every).toBe('day');
  expect(labelTrend([...items, dated('好', '2021-06-01')]).every).toBe('month');
});

test('a table row for each period, and a gap in the line where there are no texts', () => {
  const found = labelTrend([dated('a', '2019'), dated('a', '2021'), dated('b', '2021')], 'year');
  expect(trendTable(found).rows).toEqual([
    ['2019', 1, '100.0 (20.7–100.0)', '0.0 (0.0–79.3)'],
    ['2020', 0, '–', '–'],
    ['2021', 2, '50.0 (9.5–90.5)', '50.0 (9.5–90.5)'],
  ]);
  const plot = trendPlot(found);
  expect(renderPlot(plot, { lang: 'zh' })).toContain('标签随时间的变化');
  expect(plot.marks.map((mark) => 'name' in mark && mark.name)).toEqual(['a', 'b']);
});

test('no text, and too many periods, are errors that say so', () => {
  expect(() => labelTrend([])).toThrow(/texts with a date, got 0/);
  expect(() => labelTrend([dated('a', '1200-01-01'), dated('b', '2020-01-01')], 'day')).toThrow(
    /at most 2000/,
  );
});
