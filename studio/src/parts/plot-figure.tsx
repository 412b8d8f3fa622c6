/** A plot of the plots room in the page: drawn as on the command line, in the reader's language and light. */

import { type ReactNode, useMemo } from 'react';
import { type Plot, plotStyle, renderPlot } from '../../../src/plots/index.ts';
import { useLanguage } from '../words.ts';
import { ExportButtons, type FileKind } from './export-buttons.tsx';
import classes from './plot-figure.module.css';
import { pngOf } from './save-file.ts';

// A sheet made by script: the content security policy lets no style stand in the page.
const sheet = new CSSStyleSheet();
sheet.replaceSync(plotStyle);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

export function PlotFigure({
  plot,
  name,
  files,
  children,
}: {
  readonly plot: Plot;
  /** Of the files that are saved. */
  readonly name: string;
  /** Beside SVG and PNG. */
  readonly files?: { readonly [Kind in FileKind]?: () => string | Promise<Blob> };
  /** What to look for. */
  readonly children?: ReactNode;
}) {
  const { language: lang } = useLanguage();
  const svg = useMemo(() => renderPlot(plot, { lang }), [plot, lang]);
  const standalone = (): string => renderPlot(plot, { lang, standalone: true });
  return (
    <figure className={classes.figure}>
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: every word in it is escaped */}
      <div className={classes.plot} dangerouslySetInnerHTML={{ __html: svg }} />
      <figcaption>
        {children}
        <ExportButtons name={name} files={{ svg: standalone, png: () => pngOf(standalone()), ...files }} />
      </figcaption>
    </figure>
  );
}
