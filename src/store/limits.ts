/** What the store keeps at most. Longer things are refused at the border, by the schemas of `serve`. */

export const limits = {
  /** Connections to a PostgreSQL server. */
  connections: 10,
  connectMs: 10_000,
  /** What the server may take for one statement, waiting for locks included; and how long it may say nothing at all. */
  statementMs: 10_000,
  silenceMs: 15_000,
  /** Characters. */
  titleLength: 200,
  nameLength: 100,
  textLength: 500_000,
  noteLength: 2_000,
  /** Labels of a task, as many as have a key; texts of one; tasks of a tenant. */
  labels: 26,
  labelTexts: 10_000,
  /** Characters of such a text. */
  labelLength: 20_000,
  labelTasks: 200,
  /** Rows of one page. */
  page: 100,
} as const;
