/** The lab as one page: why the model repeats itself, what cures it, the table, the plots, the texts. */

import type { Language } from '../language.ts';
import { escapeMarkup, inBoth, type Label } from '../plots/index.ts';
import { nameOf } from './cure.ts';
import type { Finding } from './findings.ts';
import type { LabReport } from './lab.ts';
import { labPlots } from './lab-plots.ts';
import type { LabRow } from './lab-rows.ts';
import { labColumns, labTable, unchangedRows, unitNames } from './lab-table.ts';
import { again, columnDocs, figures, markLoop, reportPage, say, section, tableOf } from './report-page.ts';

export interface LabPageOptions {
  /** What the model is called. */
  readonly name: string;
  /** What the data is called. */
  readonly data?: string;
  /** The language that is shown first. Default `en`. */
  readonly lang?: Language;
  /** The command that makes this page again. */
  readonly command?: string;
  /** Training with a cure, up to its name: `npx inkstone train … --cure`. */
  readonly trainCommand?: string;
}

const WORDS = {
  title: { en: 'The repetition lab', zh: '复读实验室' },
  why: { en: 'Why this model repeats itself', zh: '这个模型为何复读' },
  whyNot: { en: 'This model hardly repeats itself', zh: '这个模型几乎不复读' },
  cure: { en: 'What fits this model', zh: '适合这个模型的办法' },
  inTraining: { en: 'In training or data:', zh: '训练或数据方面：' },
  table: { en: 'Every strategy', zh: '各种解码策略' },
  strategy: { en: 'strategy', zh: '策略' },
  plots: { en: 'Plots', zh: '图' },
  texts: { en: 'What it wrote', zh: '它写了什么' },
  textsNote: {
    en: 'The first prompts. A loop is underlined from its second copy on.',
    zh: '最前面的几个提示。循环从第二份起加下划线。',
  },
  rules: { en: 'How the causes were judged', zh: '原因如何判定' },
  rulesNote: {
    en: 'A figure at or above its threshold counts as a cause; causes are ranked by how far they are beyond it. The thresholds are rules of thumb of ours, set beside what the sources report.',
    zh: '数值达到阈值即视为原因，按超出的程度排序。阈值是我们参照文献定的经验值。',
  },
  cause: { en: 'cause', zh: '原因' },
  figure: { en: 'figure', zh: '度量' },
  value: { en: 'value', zh: '数值' },
  threshold: { en: 'threshold', zh: '阈值' },
  source: { en: 'source', zh: '来源' },
  nothing: { en: 'not measured', zh: '未测' },
  noCause: { en: 'No rule found a cause.', zh: '没有规则判定出原因。' },
} as const satisfies Record<string, Label>;

/** Prompts whose texts are shown. */
const SHOWN_PROMPTS = 3;

/** The page as text. Every word of the model and the data is escaped. */
export function labPage(report: LabReport, options: LabPageOptions): string {
  const { lang = 'en' } = options;
  const { settings, cure, findings } = report;
  const causes = findings.filter(({ isCause }) => isCause);
  const about = inBoth((_, l) => {
    const { prompts, promptTokens, tokens, seed } = settings;
    const data = options.data ?? '';
    return l === 'en'
      ? `${options.name}${data && ` on ${data}`}: ${prompts} held-out prompts of ${promptTokens} tokens, at most ${tokens} tokens each, counted in ${unitNames[settings.unit].en}, seed ${seed}`
      : `${options.name}${data && `，数据 ${data}`}：${prompts} 个留出提示，各 ${promptTokens} 个词元，续写至多 ${tokens} 个词元，按${unitNames[settings.unit].zh}计数，种子 ${seed}`;
  });
  const body = [
    section(
      report.repeats ? WORDS.why : WORDS.whyNot,
      causes.length > 0 ? `<ol>${causes.map(causeItem).join('')}</ol>` : `<p>${say(WORDS.noCause)}</p>`,
    ),
    section(
      WORDS.cure,
      `<p class="answer">${say(cure.decoding)}</p><p class="note">${say(cure.rule)}</p>` +
        (cure.training.length > 0
          ? `<p>${say(WORDS.inTraining)}</p><ul>${cure.training.map((one) => `<li>${say(one.words)}${trainCommand(options, one.trainCure)}</li>`).join('')}</ul>`
          : ''),
    ),
    section(WORDS.table, table(report) + columnDocs(labColumns)),
    section(WORDS.plots, figures(labPlots(report))),
    section(WORDS.texts, `<p class="note">${say(WORDS.textsNote)}</p>${texts(report)}`),
    section(WORDS.rules, `<p class="note">${say(WORDS.rulesNote)}</p>${rules(findings)}`),
    again(options.command),
  ];
  return reportPage(body, { title: WORDS.title, name: options.name, about, lang });
}

function causeItem({ title, sentence, weight }: Finding): string {
  const colon = inBoth((tell, lang) => `${tell(title)}${lang === 'en' ? ': ' : '：'}`);
  return `<li><b>${say(colon)}</b>${sentence ? say(sentence) : ''} <meter min="0" max="1" value="${weight.toFixed(2)}"></meter></li>`;
}

function trainCommand({ trainCommand: begin }: LabPageOptions, cure: string | undefined): string {
  return begin && cure ? `<br><code>${escapeMarkup(`${begin} ${cure}`)}</code>` : '';
}

function table(report: LabReport): string {
  const isChosen = ({ name, guard }: LabRow): boolean =>
    name === report.cure.strategy && guard === report.cure.guard;
  const rows = labTable(report).map(({ name, row, cells }) => ({
    head: name,
    cells,
    ...(row === report.people ? { kind: 'people' as const } : isChosen(row) && { kind: 'chosen' as const }),
  }));
  const unchanged = unchangedRows(report);
  const note = unchanged ? `<p class="note">${say(unchanged)}</p>` : '';
  return tableOf(WORDS.strategy, labColumns, rows) + note;
}

function texts({ prompts, people, rows }: LabReport): string {
  return prompts
    .slice(0, SHOWN_PROMPTS)
    .map((prompt, i) => {
      const written = [people, ...rows]
        .filter(({ guard, texts: all }) => !guard || all[i].repairs > 0)
        .map(
          (row) =>
            `<dt>${say(nameOf(row))}</dt><dd><b>${escapeMarkup(prompt)}</b>${markLoop(row.texts[i])}</dd>`,
        );
      return `<details${i === 0 ? ' open' : ''}><summary>${escapeMarkup(prompt)}</summary><dl>${written.join('')}</dl></details>`;
    })
    .join('');
}

function rules(findings: readonly Finding[]): string {
  const head = [WORDS.cause, WORDS.figure, WORDS.value, WORDS.threshold, WORDS.source];
  const rows = findings.map(
    ({ title, figure, value, threshold, source, isCause }) =>
      `<tr${isCause ? ' class="chosen"' : ''}><th scope="row">${say(title)}</th><td>${say(figure)}</td><td>${value === undefined ? say(WORDS.nothing) : value.toFixed(2)}</td><td>${threshold}</td><td>${escapeMarkup(source)}</td></tr>`,
  );
  return `<div class="wide"><table class="words"><thead><tr>${head.map((title) => `<th scope="col">${say(title)}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}
