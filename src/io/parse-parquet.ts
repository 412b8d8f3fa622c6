/** Parquet tables (`hyparquet`): one document a row; only the columns of text and title are read, one row group at a time. */

import { open } from 'node:fs/promises';
import { type ColumnOptions, chooseColumns } from './columns.ts';
import { fail } from './errors.ts';
import { limits } from './limits.ts';
import type { Found } from './parsers.ts';

/** A cell that is no text is written as text; a list becomes lines; nothing becomes the empty text. */
export async function* parseParquet(path: string, options: ColumnOptions): AsyncGenerator<Found> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import(
    'hyparquet'
  );
  const { compressors } = await import('hyparquet-compressors');
  await checkFooter(path);
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file, { geoparquet: false });
  const columns = parquetSchema(metadata).children.map(({ element }) => element.name);
  const { text, title } = chooseColumns(columns, options, path);
  const wanted = [columns[text], ...(title === undefined ? [] : [columns[title]])];
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const own = group.columns.filter(
      ({ meta_data: about }) => about && wanted.includes(about.path_in_schema[0]),
    );
    const size = own.reduce((sum, { meta_data: about }) => sum + Number(about!.total_uncompressed_size), 0);
    if (!(size <= limits.parquetGroupBytes)) {
      const limit = limits.parquetGroupBytes;
      throw fail('io/format-limit', {
        path,
        format: 'Parquet',
        what: 'bytes in a row group',
        limit,
        got: size,
      });
    }
    const rowEnd = rowStart + Number(group.num_rows);
    const rows = await parquetReadObjects({
      file,
      metadata,
      columns: wanted,
      rowStart,
      rowEnd,
      compressors,
      geoparquet: false,
    });
    for (const row of rows) {
      const own = title === undefined ? '' : textOfCell(row[columns[title]]);
      yield { kind: 'document', text: textOfCell(row[columns[text]]), ...(own && { title: own }) };
    }
    rowStart = rowEnd;
  }
}

/** The footer's own length is checked before it is read. */
async function checkFooter(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const tail = Buffer.alloc(8);
    if (size < 12) throw fail('io/format', { path, format: 'Parquet', reason: 'it is too short' });
    await handle.read(tail, 0, 8, size - 8);
    if (tail.toString('latin1', 4) !== 'PAR1') {
      throw fail('io/format', { path, format: 'Parquet', reason: 'it does not end with PAR1' });
    }
    const got = tail.readUInt32LE(0);
    const limit = limits.parquetFooterBytes;
    if (got > limit)
      throw fail('io/format-limit', { path, format: 'Parquet', what: 'bytes of footer', limit, got });
  } finally {
    await handle.close();
  }
}

function textOfCell(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  return Array.isArray(cell) ? cell.map(textOfCell).join('\n') : String(cell);
}
