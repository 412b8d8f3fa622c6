/** Where a command prints: words for people, one JSON object a line for machines, one live line of progress. */

import { Socket } from 'node:net';
import type { SingleBar } from 'cli-progress';

export interface Terminal {
  /** `--json`: words are kept back, `json` prints. */
  readonly isJson: boolean;
  readonly isInteractive: boolean;
  /** Someone sits there who reads words and types answers. */
  readonly canAsk: boolean;
  readonly columns: number;
  /** A line for people; silent under `--json`. */
  print(line?: string): void;
  /** A line for machines; silent without `--json`. */
  json(value: unknown): void;
  /** Text as it comes, without a line end; silent under `--json`. */
  write(text: string): void;
  /** A line on the error stream, with and without `--json`. */
  error(line: string): void;
  /** Replaces the live line. Not interactive: a plain line every ten seconds, none in a phase that is shorter. */
  live(line: string): void;
  /** Ends the live line and keeps its last state (or removes it). */
  endLive(options?: { readonly keep?: boolean }): void;
  /** A progress bar with total in any unit; not interactive: plain lines. */
  bar(label: string, total: number, unit?: (value: number) => string): ProgressBar;
}

export interface ProgressBar {
  update(value: number, total?: number): void;
  stop(): void;
}

/** Between plain progress lines where no terminal is. */
const PLAIN_INTERVAL_MS = 10_000;

interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** A terminal over two streams. Words and JSON go to `out`; progress goes to `progress`. */
export function createTerminal(options: {
  readonly json?: boolean;
  readonly out?: Output;
  readonly progress?: Output;
  readonly input?: { readonly isTTY?: boolean };
  readonly now?: () => number;
}): Terminal {
  const { json = false, out = process.stdout, progress = process.stderr, now = Date.now } = options;
  const { input = process.stdin } = options;
  for (const stream of [out, progress]) forgiveLostReader(stream);
  const isInteractive = Boolean(progress.isTTY) && !json;
  const columns = progress.columns ?? 80;
  let liveLine = '';
  let lastPlain: number | undefined;
  const clear = (): void => {
    if (liveLine) progress.write('\r\x1b[2K');
  };
  const terminal: Terminal = {
    isJson: json,
    isInteractive,
    canAsk: isInteractive && Boolean(out.isTTY && input.isTTY),
    columns,
    print(line = '') {
      if (json) return;
      clear();
      out.write(`${line}\n`);
      if (liveLine) progress.write(liveLine);
    },
    json(value) {
      if (json) out.write(`${JSON.stringify(value)}\n`);
    },
    write(text) {
      if (!json) out.write(text);
    },
    error(line) {
      clear();
      progress.write(`${line}\n`);
      if (liveLine) progress.write(liveLine);
    },
    live(line) {
      if (json) return;
      if (isInteractive) {
        clear();
        liveLine = truncate(line, columns - 1);
        progress.write(liveLine);
        return;
      }
      lastPlain ??= now();
      if (now() - lastPlain < PLAIN_INTERVAL_MS) return;
      lastPlain = now();
      progress.write(`${line}\n`);
    },
    endLive({ keep = true } = {}) {
      if (isInteractive && liveLine) {
        if (keep) progress.write('\n');
        else clear();
      }
      liveLine = '';
      lastPlain = undefined;
    },
    bar(label, total, unit = String) {
      return isInteractive ? liveBar(label, total, unit) : plainBar(terminal, label, unit);
    },
  };
  return terminal;
}

/** `inkstone doctor | head -3`: what nobody reads any more is lost without a word. */
function forgiveLostReader(stream: Output): void {
  if (!(stream instanceof Socket) || stream.listeners('error').includes(onOutputError)) return;
  stream.on('error', onOutputError);
}

function onOutputError(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/** NOTE The bar's package is loaded when the first bar is drawn: no help page waits for it. */
function liveBar(label: string, total: number, unit: (value: number) => string): ProgressBar {
  let bar: SingleBar | undefined;
  let stopped = false;
  void import('cli-progress').then(({ default: progress }) => {
    if (stopped) return;
    const format = `${label} {bar} {percentage}% {done}/{all} {eta_formatted}`;
    bar = new progress.SingleBar(
      { format, hideCursor: true, clearOnComplete: true },
      progress.Presets.shades_classic,
    );
    bar.start(total, 0, { done: unit(0), all: unit(total) });
  });
  return {
    update(value, newTotal) {
      if (newTotal !== undefined) bar?.setTotal(newTotal);
      bar?.update(value, { done: unit(value), all: unit(newTotal ?? bar.getTotal()) });
    },
    stop() {
      stopped = true;
      bar?.stop();
    },
  };
}

function plainBar(terminal: Terminal, label: string, unit: (value: number) => string): ProgressBar {
  return {
    update: (value, total) => terminal.live(`${label} ${unit(value)}${total ? `/${unit(total)}` : ''}`),
    stop: () => terminal.endLive(),
  };
}

/** Wide characters (汉字, full-width punctuation, emoji) take two columns. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** Columns that `text` takes on a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const char of text) width += WIDE.test(char) ? 2 : 1;
  return width;
}

/** Cuts to at most `columns` columns. */
export function truncate(text: string, columns: number): string {
  let width = 0;
  let end = 0;
  for (const char of text) {
    width += WIDE.test(char) ? 2 : 1;
    if (width > columns) return text.slice(0, end);
    end += char.length;
  }
  return text;
}

/** Pads with spaces to `columns` columns. */
export function padColumns(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const fill = ' '.repeat(Math.max(0, columns - displayWidth(text)));
  return align === 'left' ? text + fill : fill + text;
}

/** A table with aligned columns; the first column left, the others right. */
export function formatTable(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => displayWidth(row[column] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, column) => padColumns(cell, widths[column], column === 0 ? 'left' : 'right'))
      .join('  ')
      .trimEnd(),
  );
}

/** 1.2k, 3.4M. */
export function compactNumber(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toFixed(1)}G`;
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)}M`;
  if (value >= 1e4) return `${(value / 1e3).toFixed(1)}k`;
  return value >= 100 ? String(Math.round(value)) : String(Math.round(value * 10) / 10);
}

/** 45s, 1m08s, 2h05m. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, '0')}s`;
  return `${Math.floor(whole / 3600)}h${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')}m`;
}

/** The time that is left of what began at `start` (performance.now) and is done to this share; `–` before anything is. */
export function etaSince(start: number, share: number): string {
  if (!(share > 0)) return '–';
  return formatDuration((((performance.now() - start) / 1000) * (1 - share)) / share);
}

/** 12.3 MB. */
export function formatBytes(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(2)} GB`;
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  if (bytes >= 1e3) return `${(bytes / 1e3).toFixed(0)} kB`;
  return `${bytes} B`;
}
