/** English words, parts of speech, dates and amounts by wink-nlp; names from its proper nouns. */

import {
  type NamedEntity,
  type SentenceTags,
  type TaggedWord,
  tagOfMark,
  type UniversalTag,
  universalTags,
} from './tagged.ts';

const wordSet = (words: string): ReadonlySet<string> => new Set(words.split(' '));

/** Words that tell what the name behind or around them is of. */
const titles = wordSet(
  'mr mrs ms miss dr prof professor president sir lord lady judge captain general senator minister queen king',
);
const ofOrganizations = wordSet(
  'inc corp corporation ltd company co university college institute school bank ministry department agency association committee council party group union nations foundation court parliament times',
);
const ofPlaces = wordSet(
  'river lake mount mountain mountains street road avenue square island islands city county ocean sea bay valley park bridge kingdom states republic airport',
);
const ofDates = wordSet(
  'monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december',
);

/** A tagger of English sentences. */
export async function englishTagger(): Promise<(sentence: string) => SentenceTags> {
  const [{ default: winkNLP }, { default: model }] = await Promise.all([
    import('wink-nlp'),
    import('wink-eng-lite-web-model'),
  ]);
  const nlp = winkNLP(model, ['sbd', 'pos', 'ner']);
  const { its } = nlp;
  const places = knownPlaces();
  return (sentence) => {
    const document = nlp.readDoc(sentence);
    const tags = document.tokens().out(its.pos) as string[];
    const words: TaggedWord[] = [];
    /** The word of each token: white space is a token without. */
    const wordOf: number[] = [];
    let from = 0;
    (document.tokens().out() as string[]).forEach((text, i) => {
      const start = sentence.indexOf(text, from);
      wordOf.push(words.length);
      if (start < 0 || text.trim() === '') return;
      from = start + text.length;
      const upos = uposOf(text, tags[i]);
      words.push({ text, start, end: from, upos, xpos: tags[i] });
    });
    const found = spansOf(document.entities().out(its.span), document.entities().out(its.type)).flatMap(
      ({ first, last, type }) => {
        const [begin, end] = [words[wordOf[first]], words[wordOf[last]]];
        return begin && end ? [{ ...pieceOf(sentence, begin.start, end.end), type }] : [];
      },
    );
    const names = namesOf(sentence, words, places).filter(
      ({ start, end }) => !found.some((one) => one.start < end && start < one.end),
    );
    return { words, entities: [...found, ...names].sort((a, b) => a.start - b.start) };
  };
}

const known = new Set<string>(universalTags);
const HAS_LETTER = /\p{L}/u;
/** NOTE wink-nlp calls marks that it does not know X. */
function uposOf(text: string, tag: string): UniversalTag {
  if (tag === 'X' && !HAS_LETTER.test(text)) return tagOfMark(text);
  return known.has(tag) ? (tag as UniversalTag) : 'X';
}

const pieceOf = (text: string, start: number, end: number) => ({ text: text.slice(start, end), start, end });

const spansOf = (spans: unknown, types: unknown) =>
  (spans as [number, number][]).map(([first, last], i) => ({ first, last, type: (types as string[])[i] }));

const plain = (word: string): string => word.toLowerCase().replaceAll('.', '');

/** Runs of proper nouns; titles and dates are no part of a name. */
function namesOf(sentence: string, words: readonly TaggedWord[], places: ReadonlySet<string>): NamedEntity[] {
  const isName = (i: number) => words[i]?.upos === 'PROPN' && !ofDates.has(plain(words[i].text));
  /** Bank of England, Bay of Bengal. */
  const isJoinedByOf = (i: number) =>
    words[i + 1]?.text === 'of' && isName(i + 2) && kindOfWord(plain(words[i].text)) !== undefined;
  const names: NamedEntity[] = [];
  for (let i = 0; i < words.length; i++) {
    if (!isName(i)) continue;
    let first = i;
    while (isName(i + 1) || isJoinedByOf(i)) i++;
    let isPerson = false;
    for (; first <= i && titles.has(plain(words[first].text)); first++) isPerson = true;
    if (first > i) continue;
    const piece = pieceOf(sentence, words[first].start, words[i].end);
    names.push({ ...piece, type: isPerson ? 'PER' : typeOfName(piece.text, places) });
  }
  return names;
}

const kindOfWord = (word: string): 'ORG' | 'LOC' | undefined =>
  ofOrganizations.has(word) ? 'ORG' : ofPlaces.has(word) ? 'LOC' : undefined;

function typeOfName(name: string, places: ReadonlySet<string>): string {
  if (places.has(name)) return 'LOC';
  const kinds = name.split(/\s+/).map((word) => kindOfWord(plain(word)));
  return kinds.find((kind) => kind === 'ORG') ?? kinds.find((kind) => kind !== undefined) ?? 'NAME';
}

/** Countries, and the cities that time zones are named after, as the platform has them. */
function knownPlaces(): ReadonlySet<string> {
  const countries = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  const letters = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
  const names = letters.flatMap((a) => letters.map((b) => countries.of(a + b) ?? ''));
  const cities = Intl.supportedValuesOf('timeZone').map((zone) =>
    zone.split('/').at(-1)!.replaceAll('_', ' '),
  );
  return new Set([...names, ...cities]);
}
