/** A comparison as one page: the answer, both tables, the plots, and what each model wrote. */

import { escapeMarkup, type Label } from '../../plots/index.ts';
import type { LabPageOptions } from '../lab-page.ts';
import { unitNames } from '../lab-table.ts';
import { again, columnDocs, figures, markLoop, reportPage, say, section, tableOf } from '../report-page.ts';
import type { CompareReport } from './compare-models.ts';
import { comparePlots } from './compare-plots.ts';
import {
  type CompareLine,
  compareVerdict,
  modelColumns,
  modelLines,
  writtenColumns,
  writtenLines,
} from './compare-table.ts';

const WORDS = {
  title: { en: 'Models side by side', zh: '模型并排比较' },
  answer: { en: 'What it says', zh: '结论' },
  models: { en: 'How each reads', zh: '各模型读得如何' },
  written: { en: 'What each writes', zh: '各模型写得如何' },
  model: { en: 'model', zh: '模型' },
  strategy: { en: 'model · strategy', zh: '模型 · 策略' },
  plots: { en: 'Plots', zh: '图' },
  texts: { en: 'The same beginnings', zh: '同样的开头' },
  textsNote: {
    en: 'A loop is underlined from its second copy on.',
    zh: '循环从第二份起加下划线。',
  },
} as const satisfies Record<string, Label>;

/** Prompts whose texts are shown. */
const SHOWN_PROMPTS = 3;

/** The page as text. Every word of the models and the data is escaped. */
export function comparePage(
  report: CompareReport,
  { data = '', lang = 'en', command }: Omit<LabPageOptions, 'name' | 'trainCommand'>,
): string {
  const { models, settings } = report;
  const name = models.map((row) => row.name).join(', ');
  const { documents, characters, prompts, length, unit, seed } = settings;
  const about: Label = {
    en: `${name}${data && ` on ${data}`}: ${documents} held-out texts of ${characters} characters together, ${prompts} of them continued by about ${length} characters, counted in ${unitNames[unit].en}, seed ${seed}`,
    zh: `${name}${data && `，数据 ${data}`}：留出文本 ${documents} 篇，共 ${characters} 个字符，其中 ${prompts} 篇各续写约 ${length} 个字符，按${unitNames[unit].zh}计数，种子 ${seed}`,
  };
  const lines = (rows: readonly CompareLine[]) => rows.map(({ name: head, ...rest }) => ({ head, ...rest }));
  const sections = [
    section(
      WORDS.answer,
      compareVerdict(report)
        .map((sentence) => `<p class="answer">${say(sentence)}</p>`)
        .join(''),
    ),
    section(
      WORDS.models,
      tableOf(WORDS.model, modelColumns, lines(modelLines(report))) + columnDocs(modelColumns),
    ),
    section(
      WORDS.written,
      tableOf(WORDS.strategy, writtenColumns, lines(writtenLines(report))) + columnDocs(writtenColumns),
    ),
    section(WORDS.plots, figures(comparePlots(report))),
    section(WORDS.texts, `<p class="note">${say(WORDS.textsNote)}</p>${texts(report)}`),
    again(command),
  ];
  return reportPage(sections, { title: WORDS.title, name, about, lang });
}

function texts({ prompts, people, rows }: CompareReport): string {
  const all: { title: Label; row: CompareReport['people'] }[] = [
    { title: { en: 'people', zh: '人' }, row: people },
    ...rows.map(({ model, row }) => ({ title: `${model} · ${row.name}`, row })),
  ];
  return prompts
    .slice(0, SHOWN_PROMPTS)
    .map((prompt, i) => {
      const begin = escapeMarkup(prompt);
      const written = all.map(
        ({ title, row }) => `<dt>${say(title)}</dt><dd><b>${begin}</b>${markLoop(row.texts[i])}</dd>`,
      );
      return `<details${i === 0 ? ' open' : ''}><summary>${begin}</summary><dl>${written.join('')}</dl></details>`;
    })
    .join('');
}
