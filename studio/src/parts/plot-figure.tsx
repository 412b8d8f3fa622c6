/** A plot of the plots room in the page: drawn as on the command line, in the reader's language and light. */

import { useElementSize } from '@mantine/hooks';
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

/** Narrower than this a plot is made smaller as a picture. */
const NARROWEST = 320;

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
  const { ref, width } = useElementSize();
  // Drawn for the room that there is: letters keep their size.
  const svg = useMemo(() => {
    const fits = width > 0 && { width: Math.max(NARROWEST, Math.min(plot.width ?? width, width)) };
    return renderPlot({ ...plot, ...fits }, { lang });
  }, [plot, lang, width]);
  const standalone = (): string => renderPlot(plot, { lang, standalone: true });
  return (
    <figure className={classes.figure}>
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: every word in it is escaped */}
      <div ref={ref} className={classes.plot} dangerouslySetInnerHTML={{ __html: svg }} />
      <figcaption>
        {children}
        <ExportButtons name={name} files={{ svg: standalone, png: () => pngOf(standalone()), ...files }} />
      </figcaption>
    </figure>
  );
}
