/** A report as one HTML page: no network, no script; English or Chinese, light or dark, by two switches. */

import type { Language } from '../language.ts';
import { escapeMarkup, type Label, plotStyle, renderPlot } from '../plots/index.ts';
import type { LabPlot } from './lab-plots.ts';
import type { LabText } from './lab-rows.ts';
import type { LabColumn } from './lab-table.ts';

export interface ReportPage {
  readonly title: { readonly [L in Language]: string };
  /** What the report is about, for the title of the window. */
  readonly name: string;
  /** One line under the title. */
  readonly about: Label;
  /** The language that is shown first. */
  readonly lang: Language;
}

/** The page around its sections, which are markup already. */
export function reportPage(sections: readonly string[], { title, name, about, lang }: ReportPage): string {
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
<title>${escapeMarkup(`${title[lang]} · ${name}`)}</title>
<style>${STYLE}${plotStyle}</style>
</head>
<body>
${radios}
<main>
<header><h1>${say(title)}</h1>${SWITCHES}<p>${say(about)}</p></header>
${sections.join('\n')}
</main>
</body>
</html>
`;
}

/** A label as markup in both languages; the style shows one. */
export function say(label: Label): string {
  if (typeof label === 'string') return escapeMarkup(label);
  return `<span class="lang-en" lang="en">${escapeMarkup(label.en)}</span><span class="lang-zh" lang="zh-Hans">${escapeMarkup(label.zh)}</span>`;
}

/** A part of the page under a title. */
export const section = (title: Label, content: string): string =>
  `<section><h2>${say(title)}</h2>${content}</section>`;

/** Plots side by side, each with what to look for. */
export const figures = (plots: readonly LabPlot[]): string =>
  `<div class="plots">${plots
    .map(
      ({ id, plot, note }) =>
        `<figure id="${id}">${renderPlot(plot)}<figcaption>${say(note)}</figcaption></figure>`,
    )
    .join('')}</div>`;

/** What a table says of a column: its title, and what it means. */
type Column = Pick<LabColumn, 'title' | 'doc'>;

/** A table with a title for each row. Rows of people and chosen ones are set apart. */
export function tableOf(
  corner: Label,
  columns: readonly Column[],
  rows: readonly {
    readonly head: Label;
    readonly cells: readonly string[];
    readonly kind?: 'people' | 'chosen';
  }[],
): string {
  const heads = columns.map(({ title, doc }) => {
    const hover = typeof doc === 'string' ? doc : `${doc.en} · ${doc.zh}`;
    return `<th scope="col" title="${escapeMarkup(hover)}">${say(title)}</th>`;
  });
  const lines = rows.map(({ head, cells, kind }) => {
    const values = cells.map((cell) => `<td>${escapeMarkup(cell)}</td>`).join('');
    return `<tr${kind ? ` class="${kind}"` : ''}><th scope="row">${say(head)}</th>${values}</tr>`;
  });
  return `<div class="wide"><table><thead><tr><th scope="col">${say(corner)}</th>${heads.join('')}</tr></thead><tbody>${lines.join('')}</tbody></table></div>`;
}

/** What each column means, to be unfolded. */
export function columnDocs(columns: readonly Column[]): string {
  const rows = columns.map(({ title, doc }) => `<dt>${say(title)}</dt><dd>${say(doc)}</dd>`);
  return `<details><summary>${say({ en: 'What the columns mean', zh: '各列含义' })}</summary><dl>${rows.join('')}</dl></details>`;
}

/** A text with its loop marked from the second copy on. */
export function markLoop({ text, loop }: LabText): string {
  if (!loop) return escapeMarkup(text);
  const [before, again] = [text.slice(0, loop.secondAt), text.slice(loop.secondAt)];
  return `${escapeMarkup(before)}<u>${escapeMarkup(again)}</u>`;
}

/** The command that makes the report again. */
export const again = (command: string | undefined): string =>
  command
    ? `<footer>${say({ en: 'The same again:', zh: '重做一遍：' })} <code>${escapeMarkup(command)}</code></footer>`
    : '';

function radio(name: string, value: string, isChecked: boolean): string {
  const id = `${name}-${value}`;
  return `<input type="radio" name="${name}" id="${id}" aria-label="${id}"${isChecked ? ' checked' : ''}>`;
}

const SWITCHES = `<nav><label for="lang-en">English</label><label for="lang-zh">中文</label><label for="theme-auto">${say({ en: 'auto', zh: '自动' })}</label><label for="theme-light">${say({ en: 'light', zh: '浅色' })}</label><label for="theme-dark">${say({ en: 'dark', zh: '深色' })}</label></nav>`;

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
