/** The library prints nothing. Rooms that have something to tell send it to a sink; the command line shows it. */

export interface LogEvent {
  readonly level: 'debug' | 'info' | 'warning';
  /** What happened, as a code: `tensor/fallback`. */
  readonly code: string;
  /** The sentence in the reader's language. */
  readonly message: string;
}

export type LogSink = (event: LogEvent) => void;

const sinks = new Set<LogSink>();

/** Sends every event to `sink` from now on; returns the function that stops it. */
export function onLog(sink: LogSink): () => void {
  sinks.add(sink);
  return () => sinks.delete(sink);
}

export function log(event: LogEvent): void {
  for (const sink of sinks) sink(event);
}
