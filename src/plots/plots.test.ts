import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  escapeMarkup,
  histogram,
  inBoth,
  type Mark,
  type Plot,
  placeNodes,
  renderGraph,
  renderPlot,
} from './index.ts';
import { createScale, niceStep } from './scale.ts';

const plotOf = (marks: readonly Mark[], rest: Partial<Plot> = {}): Plot => ({
  title: { en: 'Loops', zh: '循环' },
  x: { label: { en: 'tokens', zh: '词元' } },
  y: { label: 'rep-4' },
  marks,
  ...rest,
});

/** Every tag is closed in order, nothing but our own elements is there. */
function expectWellFormed(svg: string): void {
  const open: string[] = [];
  for (const [, close, name, self] of svg.matchAll(/<(\/?)([^\s/>]+)[^>]*?(\/?)>/g)) {
    expect(['svg', 'g', 'text', 'path', 'line', 'rect', 'style']).toContain(name);
    if (close) expect(open.pop()).toBe(name);
    else if (!self) open.push(name);
  }
  expect(open).toEqual([]);
  expect(svg).not.toContain('NaN');
  expect(svg).not.toContain('Infinity');
  expect(svg).not.toContain('undefined');
}

test('names of categories that would run into one another are left out', () => {
  const named = (categories: readonly string[]) =>
    renderPlot(
      plotOf([{ type: 'bars', bars: categories.map((_, x) => ({ x, y: 1 })) }], {
        x: { label: 'x', categories },
      }),
      { lang: 'en' },
    );
  const long = Array.from({ length: 40 }, (_, i) => `category-${i}-end`);
  const shown = long.filter((name) => named(long).includes(`>${name}<`));
  expect(shown.length).toBeGreaterThan(2);
  expect(shown.length).toBeLessThan(9);
  const short = ['春', '眠', '不', '觉', '晓'];
  for (const name of short) expect(named(short)).toContain(`>${name}<`);
});

describe('scales', () => {
  test('steps are 1, 2 or 5 times a power of ten', () => {
    expect([0.13, 1, 1.1, 3, 7, 30].map(niceStep)).toEqual([0.2, 1, 2, 5, 10, 50]);
  });

  test('a linear axis ends at round numbers and puts them in their places', () => {
    const scale = createScale({ label: 'y' }, [3, 97], [100, 0], 5);
    expect(scale.ticks.map(({ text }) => text)).toEqual(['0', '20', '40', '60', '80', '100']);
    expect(scale(50)).toBe(50);
  });

  test('ticks of small steps have the digits they need', () => {
    const { ticks } = createScale({ label: 'y' }, [0.01, 0.05], [0, 1], 5);
    expect(ticks.map(({ text }) => text)).toEqual(['0.01', '0.02', '0.03', '0.04', '0.05']);
  });

  test('a log axis has a tick for each power of ten and no place for 0', () => {
    const scale = createScale({ label: 'y', scale: 'log' }, [0, 2, 900], [0, 300], 5);
    expect(scale.ticks.map(({ text }) => text)).toEqual(['1', '10', '100', '1000']);
    expect(scale(10)).toBeCloseTo(100);
    expect(scale(0)).toBeNaN();
  });

  test('one value, or none, still makes an axis', () => {
    for (const values of [[5], [0], [], [Number.NaN], [-3]]) {
      const { min, max, ticks } = createScale({ label: 'y' }, values, [0, 1], 5);
      expect(max).toBeGreaterThan(min);
      expect(ticks.length).toBeGreaterThan(1);
    }
  });
});

test('a histogram counts every value once, in bars of round width', () => {
  const { bars, width } = histogram([0, 1, 9, 10, 11, 39, Number.NaN], { bars: 4, total: 12 });
  expect(width).toBe(10);
  expect(bars).toEqual([
    { x: 5, y: 3 / 12 },
    { x: 15, y: 2 / 12 },
    { x: 25, y: 0 },
    { x: 35, y: 1 / 12 },
  ]);
  expect(histogram([])).toEqual({ bars: [], width: 1 });
  expect(histogram([7, 7]).bars.reduce((sum, { y }) => sum + y, 0)).toBe(1);
});

describe('a rendered plot', () => {
  const marks: Mark[] = [
    {
      type: 'line',
      name: 'a & b',
      points: [0, 1, Number.NaN, 3].map((y, x) => ({ x, y, low: y - 1, high: y + 1 })),
    },
    { type: 'points', name: { en: 'points', zh: '点' }, points: [{ x: 1, y: 2, label: '春 <b>' }] },
    { type: 'bars', name: 'bars', bars: [{ x: 2, y: 3, low: 2, high: 4 }] },
    { type: 'level', name: 'people', y: 2.5 },
  ];

  test('is well formed, in both languages and in one', () => {
    const both = renderPlot(plotOf(marks));
    expectWellFormed(both);
    expect(both).toContain('class="title lang-en"');
    expect(both).toContain('>循环</text>');
    const zh = renderPlot(plotOf(marks), { lang: 'zh', standalone: true });
    expectWellFormed(zh);
    expect(zh).toContain('>循环</text>');
    expect(zh).not.toContain('Loops');
    expect(zh).toContain('<style>');
  });

  test('draws each mark at its place', () => {
    const line = renderPlot(
      plotOf(
        [
          {
            type: 'line',
            points: [
              { x: 0, y: 0 },
              { x: 10, y: 1 },
            ],
          },
        ],
        { width: 178, height: 178 },
      ),
    );
    expect(line).toContain('d="M62 132L162 32"');
    const bars = renderPlot(
      plotOf(
        [
          {
            type: 'bars',
            bars: [
              { x: 0, y: 1 },
              { x: 1, y: 4 },
            ],
          },
        ],
        {
          x: { label: 'x', categories: ['a', { en: 'b', zh: '乙' }] },
          width: 278,
          height: 178,
        },
      ),
    );
    expect(bars).toContain('x="72" y="107" width="79" height="25"');
    expect(bars).toContain('>乙</text>');
  });

  test('marks of bars share each place; those that stand apart have theirs whole', () => {
    const widths = (isApart: boolean): number[] => {
      const marks = [0, 1].map((x): Mark => ({ type: 'bars', bars: [{ x, y: 1 }], isApart }));
      const x = { label: 'x', categories: ['a', 'b'] };
      const svg = renderPlot(plotOf(marks, { x, width: 278 }));
      return [...svg.matchAll(/<rect [^>]*width="(\d+)"/g)].map(([, wide]) => Number(wide));
    };
    expect(widths(false)).toEqual([39, 39]);
    expect(widths(true)).toEqual([79, 79]);
  });

  test('breaks a line where a value is missing', () => {
    const points = [1, 2, Number.NaN, 3, 4].map((y, x) => ({ x, y }));
    const path = /class="line[^>]*d="([^"]*)"/.exec(renderPlot(plotOf([{ type: 'line', points }])))![1];
    expect(path.match(/M/g)).toHaveLength(2);
    expect(path.match(/L/g)).toHaveLength(2);
  });

  test('a matrix has one cell for each number, and its first row on top', () => {
    const svg = renderPlot(
      plotOf([
        {
          type: 'cells',
          rows: [
            [1, 0.5],
            [0, 2],
          ],
        },
      ]),
    );
    expectWellFormed(svg);
    const cells = [...svg.matchAll(/<rect class="fill[^>]*y="([\d.]+)"[^>]*opacity="([\d.]+)"/g)];
    expect(cells.map((cell) => cell[2])).toEqual(['1.00', '0.50', '0.00', '1.00']);
    expect(Number(cells[0][1])).toBeLessThan(Number(cells[2][1]));
  });

  test('an empty plot and strange numbers draw nothing strange', () => {
    expectWellFormed(renderPlot(plotOf([])));
    fc.assert(
      fc.property(fc.array(fc.record({ x: fc.double(), y: fc.double() })), (points) => {
        const safe = points.filter(({ x, y }) => !(Math.abs(x) > 1e100 || Math.abs(y) > 1e100));
        expectWellFormed(renderPlot(plotOf([{ type: 'points', points: safe }])));
        expectWellFormed(
          renderPlot(plotOf([{ type: 'line', points: safe }], { y: { label: '', scale: 'log' } })),
        );
      }),
      { numRuns: 30 },
    );
  });

  test('words from anywhere stay words', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const label = `${text}<script>alert(1)</script>"'&\u0000\ud800`;
        const svg = renderPlot(
          plotOf([{ type: 'points', name: label, points: [{ x: 1, y: 1, label }] }], { title: label }),
        );
        expectWellFormed(svg);
        expect(svg).not.toContain('\u0000');
        expect(svg).not.toMatch(/\p{Surrogate}/u);
      }),
      { numRuns: 20 },
    );
    expect(escapeMarkup('<a href="x">\'&')).toBe('&lt;a href=&quot;x&quot;&gt;&#39;&amp;');
  });
});

test('labels are joined in each language', () => {
  expect(inBoth((say) => `${say({ en: 'beam', zh: '束' })} 4`)).toEqual({ en: 'beam 4', zh: '束 4' });
});

describe('a directed graph', () => {
  const graph = {
    title: 'Who cites whom <b>',
    nodes: [
      { id: 'b', lines: ['b', '<script>x</script>'], layer: 2021 },
      { id: 'a', lines: ['a', '长'.repeat(60)], layer: 2019 },
      { id: 'c', lines: ['c'], layer: null },
      { id: 'd', lines: ['d'], layer: 2021 },
    ],
    links: [
      { from: 'b', to: 'a', label: '2' },
      { from: 'd', to: 'b' },
      { from: 'c', to: 'nobody' },
    ],
  };

  test('layers stand from left to right, no two nodes on each other', () => {
    const { nodes } = placeNodes(graph);
    const xs = Object.fromEntries(nodes.map(({ id, x }) => [id, x]));
    expect(xs.a < xs.b && xs.b === xs.d && xs.d < xs.c).toBe(true);
    const [b, , , d] = nodes;
    expect(Math.abs(b.y - d.y)).toBeGreaterThan((b.height + d.height) / 2);
    expect(placeNodes({ nodes: [] }).width).toBeGreaterThan(0);
  });

  test('what it holds is text, and a link to nobody is none', () => {
    const svg = renderGraph(graph, { lang: 'en' });
    expect(svg).not.toMatch(/<script|<b>/);
    expect(svg.match(/marker-end/g)).toHaveLength(2);
  });
});
