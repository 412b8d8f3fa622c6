/** Entries of reference lists and files of references: read, written, read again, compared. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ListedWork, readBibtex, readCsl } from './bibtex.ts';
import { readReference } from './read-reference.ts';
import { writeReferences } from './styles.ts';
import { texCharacters } from './tex-text.ts';
import { differencesOf, doiIn, isSameWork, type Work } from './work.ts';

const file = join(import.meta.dirname, '../../../examples/papers/library.bib');
const records = readBibtex(readFileSync(file, 'utf8'), 'library.bib');

describe('a reference', () => {
  test.each([
    [
      '[1] LeCun, Y., Bengio, Y., & Hinton, G. (2015). Deep learning. Nature, 521(7553), 436–444. https://doi.org/10.1038/nature14539',
      'Deep learning',
      'LeCun Bengio Hinton',
      2015,
      {
        type: 'article',
        venue: 'Nature',
        volume: '521',
        issue: '7553',
        pages: '436-444',
        doi: '10.1038/nature14539',
      },
    ],
    [
      'A. Vaswani, N. Shazeer, and Ł. Kaiser, “Attention is all you need,” in Advances in Neural Information Processing Systems, vol. 30, 2017, pp. 5998–6008.',
      'Attention is all you need',
      'Vaswani Shazeer Kaiser',
      2017,
      { type: 'conference', volume: '30', pages: '5998-6008' },
    ],
    [
      'Ashish Vaswani, Noam Shazeer, and Illia Polosukhin. 2017. Attention is all you need. In Proceedings of NeurIPS, pages 5998–6008.',
      'Attention is all you need',
      'Vaswani Shazeer Polosukhin',
      2017,
      { venue: 'Proceedings of NeurIPS' },
    ],
    [
      'A. Holtzman, J. Buys, and Y. Choi. The curious case of neural text degeneration. In Proceedings of ICLR, 2020.',
      'The curious case of neural text degeneration',
      'Holtzman Buys Choi',
      2020,
      { type: 'conference' },
    ],
    [
      'VASWANI A, SHAZEER N, PARMAR N, et al. Attention is all you need[C]//Advances in Neural Information Processing Systems. Long Beach: Curran Associates, 2017: 5998-6008.',
      'Attention is all you need',
      'Vaswani Shazeer Parmar',
      2017,
      { hasMoreAuthors: true, publisher: 'Curran Associates', pages: '5998-6008' },
    ],
    [
      'Vaswani A, Shazeer N, Parmar N. Attention is all you need. Nature. 2017;30(2):1-10.',
      'Attention is all you need',
      'Vaswani Shazeer Parmar',
      2017,
      { volume: '30', issue: '2', pages: '1-10' },
    ],
    [
      'Devlin, Jacob, Ming-Wei Chang, and Kenton Lee. "BERT: Pre-training of transformers." arXiv preprint arXiv:1810.04805 (2018).',
      'BERT: Pre-training of transformers',
      'Devlin Chang Lee',
      2018,
      { type: 'preprint', arxiv: '1810.04805' },
    ],
    [
      'Kingma, D. P. and Ba, J. Adam: A method for stochastic optimization. In ICLR, 2015.',
      'Adam: A method for stochastic optimization',
      'Kingma Ba',
      2015,
      { venue: 'ICLR' },
    ],
    [
      'van der Maaten, L., & Hinton, G. (2008). Visualizing data using t-SNE. Journal of Machine Learning Research, 9(11), 2579–2605.',
      'Visualizing data using t-SNE',
      'van der Maaten Hinton',
      2008,
      { volume: '9' },
    ],
    [
      '[４]　刘知远，孙茂松，林衍凯，等．知识表示学习研究进展［Ｊ］．计算机研究与发展，２０１６，５３（２）：２４７－２６１．',
      '知识表示学习研究进展',
      '刘知远 孙茂松 林衍凯',
      2016,
      { hasMoreAuthors: true, venue: '计算机研究与发展', volume: '53', issue: '2', pages: '247-261' },
    ],
    [
      '[5] 周志华. 机器学习[M]. 北京: 清华大学出版社, 2016.',
      '机器学习',
      '周志华',
      2016,
      { type: 'book', publisher: '清华大学出版社' },
    ],
    [
      '[6] 李航. 统计学习若干问题研究[D]. 北京: 北京大学, 2009.',
      '统计学习若干问题研究',
      '李航',
      2009,
      { type: 'thesis' },
    ],
    [
      'Vaswani, A., Shazeer, N., Gomez, A. N., ... & Polosukhin, I. (2017). *Attention is all you need*. In Advances in Neural Information Processing Systems (pp. 5998-6008).',
      'Attention is all you need',
      'Vaswani Shazeer Gomez Polosukhin',
      2017,
      { hasMoreAuthors: true, venue: 'Advances in Neural Information Processing Systems' },
    ],
    [
      'Philipp Dufter, Martin Schmitt, and Hinrich Schütze.2022. Position information in transformers: An overview. Computational Linguistics, 48(3):733– 763.',
      'Position information in transformers: An overview',
      'Dufter Schmitt Schütze',
      2022,
      { volume: '48', issue: '3', pages: '733-763' },
    ],
    [
      '[1] 姜启源, 谢金星, 叶俊. 数学模型（第五版）[M]. 北京: 高等教育出版社, 2018.',
      '数学模型（第五版）',
      '姜启源 谢金星 叶俊',
      2018,
      { publisher: '高等教育出版社' },
    ],
    [
      'Radford, A., Wu, J., Child, R.: Language models are unsupervised multitask learners. OpenAI blog 1(8), 9 (2019)',
      'Language models are unsupervised multitask learners',
      'Radford Wu Child',
      2019,
      {},
    ],
    [
      'OpenAI. GPT-4 technical report. arXiv preprint arXiv:2303.08774, 2023.',
      'GPT-4 technical report',
      '',
      2023,
      { arxiv: '2303.08774' },
    ],
  ] as const)('%s', (raw, title, families, year, more) => {
    const work = readReference(raw);
    expect(work).toMatchObject({ title, year, ...more });
    expect(work.authors.map(({ family }) => family).join(' ')).toBe(families);
  });

  test('one without a title is told apart; hostile ones end', () => {
    for (const raw of [
      '',
      '[1]',
      '???',
      '['.repeat(5000),
      'A. '.repeat(5000),
      'Aa, '.repeat(5000),
      `${'(2019) '.repeat(900)}`,
      '，'.repeat(9000),
    ]) {
      expect(readReference(raw).title.length).toBeLessThanOrEqual(2000);
    }
    expect(readReference('[7] no date, no name')).toMatchObject({ title: '', authors: [] });
  });
});

describe('files of references', () => {
  test('BibTeX: strings, accents, names in every form, braces in pairs', () => {
    const works = readBibtex(
      `% a comment with user@example.org
@string{jmlr = "Journal of " # {Learning}}
@article(knuth84, author = {Donald E. Knuth and {The {\\TeX} Users} and van der Berg, Jan and others},
  title = "On {\\"U}bungen, na{\\"\\i}ve {\\'E}tudes and {\\o}re \\& more", journal = jmlr, year = 1984, pages = "1--9", month = jan)
@misc{zh, author = {王 海 and 李静}, title = {叠词}, date = {2019-05-01}, eprint = {1706.03762v2}, archiveprefix = {arXiv}}
@comment{ignored {x}}`,
      'x.bib',
    );
    expect(works[0]).toMatchObject({
      ...{
        key: 'knuth84',
        title: 'On Übungen, naïve Études and øre & more',
        venue: 'Journal of Learning',
        year: 1984,
      },
      ...{ pages: '1-9', hasMoreAuthors: true, line: 3 },
      authors: [
        { family: 'Knuth', given: 'Donald E.' },
        { family: 'The Users' },
        { family: 'van der Berg', given: 'Jan' },
      ],
    });
    expect(works[1]).toMatchObject({
      type: 'preprint',
      arxiv: '1706.03762',
      year: 2019,
      authors: [{ family: '王海' }, { family: '李静' }],
    });
    expect(texCharacters('\\v{S}mid, Fran\\c{c}ois, \\L{}ukasz')).toBe('Šmid, François, Łukasz');
  });

  test('what is broken is named with its line; braces without end do not hang', () => {
    expect(() => readBibtex('\n@article{a, title = {x', 'b.bib')).toThrow(
      /b\.bib:2: this is no BibTeX: a value must end with \}/,
    );
    expect(() => readBibtex('@article{a title}', 'b.bib')).toThrow(/name = value/);
    expect(() => readBibtex(`@a{k, t = ${'{'.repeat(100)}`, 'b.bib')).toThrow(/papers\/bibtex|no BibTeX/);
    expect(() => readCsl('{"a":1}', 'c.json')).toThrow(/c\.json: must be a JSON list/);
    expect(readBibtex('no entries, an @address only', 'b.bib')).toEqual([]);
  });

  test('what is written is read back as it was', () => {
    const keys = records.map(({ key }) => key);
    const plain = (list: readonly ListedWork[]) => list.map(({ raw: _, line: __, ...work }) => work);
    expect(plain(readBibtex(writeReferences(records, 'bibtex', keys), 'again.bib'))).toEqual(plain(records));
    expect(plain(readCsl(writeReferences(records, 'csl', keys), 'again.json'))).toEqual(plain(records));
  });

  test.each([
    [
      'gbt7714',
      '[1] LINDQVIST A, OKAFOR S. Counting Loops: How Often Small Language Models Repeat Themselves[J]. Journal of Invented Examples, 2021, 3(1): 1-14. DOI:10.5555/loops.2021.01.',
    ],
    [
      'apa',
      'Lindqvist, A., & Okafor, S. (2021). Counting Loops: How Often Small Language Models Repeat Themselves. Journal of Invented Examples, 3(1), 1–14. https://doi.org/10.5555/loops.2021.01',
    ],
    [
      'ieee',
      '[1] A. Lindqvist and S. Okafor, “Counting Loops: How Often Small Language Models Repeat Themselves,” Journal of Invented Examples, vol. 3, no. 1, pp. 1–14, 2021, doi: 10.5555/loops.2021.01.',
    ],
  ] as const)('style %s', (style, line) => {
    expect(writeReferences(records.slice(0, 1), style).trim()).toBe(line);
    const chinese = '[1] 王海, 李静, 赵一, 等. 叠词[J]. 学报, 2019, 12(3): 45-52.';
    if (style === 'gbt7714') expect(writeReferences([readReference(chinese)], style).trim()).toBe(chinese);
  });
});

test('works are compared: identifiers, subtitles, accents, names in another script', () => {
  const work = readReference(
    'Müller, A., & Lee, K. (2019). Bees and wind: A study of flight in storms. Insects, 2(1), 1–9.',
  );
  expect(
    differencesOf(work, {
      ...work,
      year: 2020,
      authors: [{ family: 'Muller' }, { family: 'Lee' }, { family: 'Wu' }],
    }),
  ).toEqual([{ field: 'year', cited: '2019', found: '2020' }]);
  expect(
    differencesOf(work, { ...work, authors: [{ family: 'Lee' }, { family: 'Müller' }] }).map(
      ({ field }) => field,
    ),
  ).toEqual(['authors']);
  expect(differencesOf({ ...work, title: 'Bees and wind' }, work).map(({ field }) => field)).toEqual([
    'title',
  ]);
  expect(
    differencesOf(
      { ...work, title: 'Bees and wind in storms' },
      { ...work, title: 'Bees and winds in storms' },
    ),
  ).toEqual([]);
  expect(differencesOf({ ...work, authors: [{ family: '张三' }] }, work)).toEqual([]);
  expect(isSameWork({ ...work, doi: '10.1000/a' }, { ...work, doi: '10.1000/b' })).toBe(false);
  expect(doiIn('see (https://doi.org/10.1002/(SICI)1097-4571(199).).')).toBe('10.1002/(sici)1097-4571(199)');
});

test('what a service or a list says cannot break out of an entry, nor hold what a terminal obeys', () => {
  const bad = '},\n note = {x';
  const work: Work = {
    ...{ type: 'article', title: 'A title', authors: [{ family: bad, given: bad }], year: 2020 },
    ...{ venue: bad, volume: bad, issue: bad, pages: bad, doi: `10.1000/${bad}`, url: bad },
  };
  const [read, ...more] = readBibtex(writeReferences([work], 'bibtex'), 'b.bib');
  expect([read.title, more.length]).toEqual(['A title', 0]);
  expect(writeReferences([work], 'bibtex').match(/[{}]/g)).toHaveLength(2 * 8 + 4);
  expect(doiIn('doi:10.1000/a\u001b[2Jb')).toBe('10.1000/a');
  expect(doiIn('doi:10.1000/a\ud800b')).toBe('10.1000/a');
});
