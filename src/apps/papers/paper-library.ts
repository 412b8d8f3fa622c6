/** Papers and files of references as one library: a record fills in what a paper does not tell of itself. */

import { type ListedWork, readBibtex, readCsl } from './bibtex.ts';
import { type Paper, type PaperSource, readPaper, withIds } from './read-paper.ts';
import { isSameTitle, isSameWork, titleKey, type Work } from './work.ts';
import { workFinder } from './work-finder.ts';

export interface PaperLibrary {
  /** Those with a text: of a record without one, its abstract. */
  readonly papers: readonly Paper[];
  /** The records of the files of references. */
  readonly records: readonly ListedWork[];
}

/** Whether a name is that of a file of references. */
export const isReferenceFile = (name: string): boolean => /\.(?:bib|bibtex|csl\.json|json)$/i.test(name);

/** Reads papers, .bib and CSL-JSON files. @throws `papers/bibtex`, `papers/csl`, `papers/too-many` */
export function readLibrary(sources: readonly PaperSource[]): PaperLibrary {
  const records = sources
    .filter(({ name }) => isReferenceFile(name))
    .flatMap(({ name, text }) => (/\.json$/i.test(name) ? readCsl(text, name) : readBibtex(text, name)));
  const finder = workFinder(records);
  const read = sources
    .filter(({ name }) => !isReferenceFile(name))
    .map((source) => {
      const paper = withRecords(readPaper(source), records);
      const record = finder.candidates(paper).find((one) => isRecordOf(one, paper));
      return record ? { ...paper, ...fieldsOf(record), title: record.title } : paper;
    });
  const known = new Set(read.map(({ title }) => titleKey(title)));
  const abstracts = records
    .filter(({ abstract, title }) => abstract !== undefined && !known.has(titleKey(title)))
    .map((record) => ({
      ...readPaper({ name: record.key, text: `# ${record.title}\n\n## Abstract\n\n${record.abstract}\n` }),
      ...fieldsOf(record),
      title: record.title,
    }));
  return { papers: withIds([...read, ...abstracts]), records };
}

/** A paper without a list of its own that cites keys, as Markdown and LaTeX do: the records of those keys are its list. */
export function withRecords<Own extends Pick<Paper, 'references' | 'citedPlaces'>>(
  paper: Own,
  records: readonly ListedWork[],
): Own {
  const keys = new Set(paper.citedPlaces.flatMap(({ cited }) => (cited.by === 'key' ? [cited.key] : [])));
  if (paper.references.length > 0 || keys.size === 0) return paper;
  const listed = new Map<string, ListedWork>();
  for (const record of records)
    if (keys.has(record.key) && !listed.has(record.key)) listed.set(record.key, record);
  const places = new Map([...listed.keys()].map((key, i) => [key, i]));
  const citedPlaces = paper.citedPlaces.map((place) => ({
    ...place,
    reference: place.cited.by === 'key' ? (places.get(place.cited.key) ?? null) : place.reference,
  }));
  return { ...paper, references: [...listed.values()], citedPlaces };
}

const isRecordOf = (record: Work, paper: Omit<Paper, 'id'>): boolean =>
  isSameWork(record, paper) || (paper.title !== '' && isSameTitle(record.title, paper.title));

/** What a record says that is not empty. */
function fieldsOf({
  key: _key,
  raw: _raw,
  line: _line,
  abstract: _abstract,
  ...work
}: ListedWork): Partial<Work> {
  return Object.fromEntries(
    Object.entries(work).filter(([, value]) => (Array.isArray(value) ? value.length > 0 : value !== '')),
  );
}
