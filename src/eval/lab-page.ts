/** The lab as one HTML page: no network, no script; English or Chinese, light or dark, by two switches. */

import type { Language } from '../language.ts';
import { escapeMarkup, inBoth, type Label, plotStyle, renderPlot } from '../plots/index.ts';
import { nameOf } from './cure.ts';
import type { Finding } from './findings.ts';
import type { LabReport } from './lab.ts';
import { labPlots } from './lab-plots.ts';
import type { LabRow, LabText } from './lab-rows.ts';
import { labColumns, labTable, unchangedRows, unitNames } from './lab-table.ts';

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
  columns: { en: 'What the columns mean', zh: '各列含义' },
  again: { en: 'The same again:', zh: '重做一遍：' },
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
    `<header><h1>${say(WORDS.title)}</h1>${SWITCHES}<p>${say(about)}</p></header>`,
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
    section(WORDS.table, table(report) + columnDocs()),
    section(
      WORDS.plots,
      `<div class="plots">${labPlots(report)
        .map(
          ({ id, plot, note }) =>
            `<figure id="${id}">${renderPlot(plot)}<figcaption>${say(note)}</figcaption></figure>`,
        )
        .join('')}</div>`,
    ),
    section(WORDS.texts, `<p class="note">${say(WORDS.textsNote)}</p>${texts(report)}`),
    section(WORDS.rules, `<p class="note">${say(WORDS.rulesNote)}</p>${rules(findings)}`),
    options.command
      ? `<footer>${say(WORDS.again)} <code>${escapeMarkup(options.command)}</code></footer>`
      : '',
  ];
  const radios =
    radio('lang', 'en', lang === 'en') +
    radio('lang', 'zh', lang === 'zh') +
    radio('theme', 'auto', true) +
    radio('theme', 'light', false) +
    radio('theme', 'dark', false);
  return `<!doctype html>
<html lang="${lang === 'zh' ? 'zh-Hans' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeMarkup(`${WORDS.title[lang]} · ${options.name}`)}</title>
<style>${STYLE}${plotStyle}</style>
</head>
<body>
${radios}
<main>
${body.join('\n')}
</main>
</body>
</html>
`;
}

/** A label in both languages; the style shows one. */
function say(label: Label): string {
  if (typeof label === 'string') return escapeMarkup(label);
  return `<span class="lang-en" lang="en">${escapeMarkup(label.en)}</span><span class="lang-zh" lang="zh-Hans">${escapeMarkup(label.zh)}</span>`;
}

const section = (title: Label, content: string): string =>
  `<section><h2>${say(title)}</h2>${content}</section>`;

function radio(name: string, value: string, isChecked: boolean): string {
  const id = `${name}-${value}`;
  return `<input type="radio" name="${name}" id="${id}" aria-label="${id}"${isChecked ? ' checked' : ''}>`;
}

const SWITCHES = `<nav><label for="lang-en">English</label><label for="lang-zh">中文</label><label for="theme-auto">${say({ en: 'auto', zh: '自动' })}</label><label for="theme-light">${say({ en: 'light', zh: '浅色' })}</label><label for="theme-dark">${say({ en: 'dark', zh: '深色' })}</label></nav>`;

function causeItem({ title, sentence, weight }: Finding): string {
  const colon = inBoth((tell, lang) => `${tell(title)}${lang === 'en' ? ': ' : '：'}`);
  return `<li><b>${say(colon)}</b>${sentence ? say(sentence) : ''} <meter min="0" max="1" value="${weight.toFixed(2)}"></meter></li>`;
}

function trainCommand({ trainCommand: begin }: LabPageOptions, cure: string | undefined): string {
  return begin && cure ? `<br><code>${escapeMarkup(`${begin} ${cure}`)}</code>` : '';
}

function table(report: LabReport): string {
  const head = labColumns
    .map(({ title, doc }) => {
      const hover = typeof doc === 'string' ? doc : `${doc.en} · ${doc.zh}`;
      return `<th scope="col" title="${escapeMarkup(hover)}">${say(title)}</th>`;
    })
    .join('');
  const isChosen = ({ name, guard }: LabRow): boolean =>
    name === report.cure.strategy && guard === report.cure.guard;
  const rows = labTable(report).map(({ name, row, cells }) => {
    const kind = row === report.people ? ' class="people"' : isChosen(row) ? ' class="chosen"' : '';
    return `<tr${kind}><th scope="row">${say(name)}</th>${cells.map((cell) => `<td>${escapeMarkup(cell)}</td>`).join('')}</tr>`;
  });
  const unchanged = unchangedRows(report);
  const note = unchanged ? `<p class="note">${say(unchanged)}</p>` : '';
  return `<div class="wide"><table><thead><tr><th scope="col">${say(WORDS.strategy)}</th>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>${note}`;
}

function columnDocs(): string {
  const rows = labColumns.map(({ title, doc }) => `<dt>${say(title)}</dt><dd>${say(doc)}</dd>`);
  return `<details><summary>${say(WORDS.columns)}</summary><dl>${rows.join('')}</dl></details>`;
}

function texts({ prompts, people, rows }: LabReport): string {
  return prompts
    .slice(0, SHOWN_PROMPTS)
    .map((prompt, i) => {
      const written = [people, ...rows]
        .filter(({ guard, texts: all }) => !guard || all[i].repairs > 0)
        .map(
          (row) =>
            `<dt>${say(nameOf(row))}</dt><dd><b>${escapeMarkup(prompt)}</b>${marked(row.texts[i])}</dd>`,
        );
      return `<details${i === 0 ? ' open' : ''}><summary>${escapeMarkup(prompt)}</summary><dl>${written.join('')}</dl></details>`;
    })
    .join('');
}

/** A text with its loop marked from the second copy on. */
function marked({ text, loop }: LabText): string {
  if (!loop) return escapeMarkup(text);
  const [before, again] = [text.slice(0, loop.secondAt), text.slice(loop.secondAt)];
  return `${escapeMarkup(before)}<u>${escapeMarkup(again)}</u>`;
}

function rules(findings: readonly Finding[]): string {
  const head = [WORDS.cause, WORDS.figure, WORDS.value, WORDS.threshold, WORDS.source];
  const rows = findings.map(
    ({ title, figure, value, threshold, source, isCause }) =>
      `<tr${isCause ? ' class="chosen"' : ''}><th scope="row">${say(title)}</th><td>${say(figure)}</td><td>${value === undefined ? say(WORDS.nothing) : value.toFixed(2)}</td><td>${threshold}</td><td>${escapeMarkup(source)}</td></tr>`,
  );
  return `<div class="wide"><table class="words"><thead><tr>${head.map((title) => `<th scope="col">${say(title)}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

const LIGHT =
  'color-scheme:light;--paper:#fdfcfa;--ink:#23211f;--soft:#6d6861;--line:#ddd8d0;--mark:#e9f2e4;--plot-grid:#e4dfd7';
const DARK =
  'color-scheme:dark;--paper:#191817;--ink:#e8e4de;--soft:#a49e95;--line:#3a3733;--mark:#243322;--plot-grid:#34312d;--plot-0:#6ba4f0;--plot-1:#f08a55;--plot-2:#56c98a;--plot-3:#d884d4;--plot-4:#e2bd3a;--plot-5:#4cc8dc;--plot-6:#f2788f;--plot-7:#a5a5ad';
const STYLE = `:root{${LIGHT}}@media(prefers-color-scheme:dark){:root{${DARK}}}
:root:has(#theme-light:checked){${LIGHT}}:root:has(#theme-dark:checked){${DARK}}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei","WenQuanYi Zen Hei",sans-serif}
main{max-width:1180px;margin:0 auto;padding:1.5rem}h1{font-size:1.6rem;margin:0}h2{font-size:1.2rem;margin:2.2rem 0 .6rem;border-bottom:1px solid var(--line)}
input[type=radio]{position:absolute;opacity:0;pointer-events:none}
header{display:flex;flex-wrap:wrap;gap:.4rem 1.5rem;align-items:baseline;justify-content:space-between}header p{flex-basis:100%;color:var(--soft);margin:0}
nav label{cursor:pointer;padding:.15rem .6rem;border:1px solid var(--line);border-radius:1rem;margin-left:.3rem;font-size:.85rem}
:has(#lang-en:checked) label[for=lang-en],:has(#lang-zh:checked) label[for=lang-zh],:has(#theme-auto:checked) label[for=theme-auto],:has(#theme-light:checked) label[for=theme-light],:has(#theme-dark:checked) label[for=theme-dark]{background:var(--ink);color:var(--paper)}
:has(#lang-en:checked) .lang-zh,:has(#lang-zh:checked) .lang-en{display:none}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.78rem;font-variant-numeric:tabular-nums}th,td{padding:.25rem .45rem;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
th[scope=row],.words td{text-align:left}.words td{white-space:normal}tr.people{font-weight:600}tr.chosen{background:var(--mark)}
.plots{display:flex;flex-wrap:wrap;gap:1.5rem}figure{margin:0;max-width:560px}figure svg{max-width:100%;height:auto}figcaption,.note{color:var(--soft);font-size:.85rem;max-width:70ch}
.answer{font-weight:600;max-width:80ch}li{margin:.4rem 0;max-width:90ch}meter{width:5rem;vertical-align:middle}code{background:var(--mark);padding:.1rem .35rem;border-radius:.25rem;font-size:.85em}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1rem;font-size:.9rem}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere;white-space:pre-wrap}u{text-decoration:underline wavy #d9622b}summary{cursor:pointer}`;
