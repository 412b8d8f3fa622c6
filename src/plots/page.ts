/** Plots and a table as one HTML file: no network, no script. */

import type { Language } from '../language.ts';
import { escapeMarkup } from './escape.ts';
import type { Plot } from './plot.ts';
import { plotStyle, renderPlot } from './render.ts';

export interface PlotPage {
  readonly title: string;
  readonly lines: readonly string[];
  readonly plots: readonly Plot[];
  /** The head, then the rows. */
  readonly table: readonly (readonly string[])[];
  readonly lang: Language;
}

const STYLE = `:root{color-scheme:light dark}body{max-width:60rem;margin:2rem auto;padding:0 1rem;font:16px/1.5 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei","WenQuanYi Zen Hei",sans-serif}
table{border-collapse:collapse;font-size:.85rem}th,td{padding:.2rem .6rem;border-bottom:1px solid #8884;text-align:left}.wide{overflow-x:auto}svg{max-width:100%;height:auto}`;

/** The page as text. Every word in it is escaped. */
export function plotPage({ title, lines, plots, table: [head, ...rows], lang }: PlotPage): string {
  const cells = (row: readonly string[], tag: string): string =>
    `<tr>${row.map((cell) => `<${tag}>${escapeMarkup(cell)}</${tag}>`).join('')}</tr>`;
  return `<!doctype html>
<html lang="${lang === 'zh' ? 'zh-Hans' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeMarkup(title)}</title>
<style>${STYLE}${plotStyle}</style>
</head>
<body>
<h1>${escapeMarkup(title)}</h1>
${lines.map((line) => `<p>${escapeMarkup(line)}</p>`).join('\n')}
${plots.map((plot) => `<figure>${renderPlot(plot, { lang })}</figure>`).join('\n')}
<div class="wide"><table><thead>${cells(head, 'th')}</thead><tbody>${rows.map((row) => cells(row, 'td')).join('')}</tbody></table></div>
</body>
</html>
`;
}
