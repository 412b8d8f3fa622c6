/** Strings of JSON: their characters with escapes, patterns inside them, and the formats that have a simple spelling. */

import {
  anyCharacter,
  type CharacterSet,
  characterSet,
  charactersOf,
  intersect,
  subtract,
} from './character-set.ts';
import { character, choice, type Expression, repeat, sequence, text } from './expression.ts';
import { readRegex } from './regex.ts';

const controls = characterSet([0, 0x1f]);
const quoted = charactersOf('"\\');
/** What stands for itself. */
const plain: CharacterSet = subtract(subtract(anyCharacter, controls), quoted);

const hex = character(charactersOf('0123456789abcdefABCDEF'));
const among = (letters: string): Expression => character(charactersOf(letters));

/** One character as JSON writes it: as it is, or escaped; never half a surrogate pair. */
export const stringCharacter: Expression = choice(
  character(plain),
  sequence(
    text('\\'),
    choice(
      among('"\\/bfnrt'),
      sequence(text('u'), among('0123456789abcefABCEF'), hex, hex, hex),
      sequence(text('u'), among('dD'), among('01234567'), hex, hex),
      sequence(
        text('u'),
        among('dD'),
        among('89abAB'),
        hex,
        hex,
        text('\\u'),
        among('dD'),
        among('cdefCDEF'),
        hex,
        hex,
      ),
    ),
  ),
);

export const inQuotes = (body: Expression): Expression => sequence(text('"'), body, text('"'));

/** The text that an expression allows, as it stands inside the quotes of JSON; escaped only where it must be. */
export function insideString(expression: Expression): Expression {
  switch (expression.type) {
    case 'text':
      return text(JSON.stringify(expression.text).slice(1, -1));
    case 'character': {
      const escaped = [
        ...intersect(expression.set, charactersOf('"\\')),
        ...intersect(expression.set, controls),
      ];
      const letters = escaped.flatMap(([first, last]) =>
        Array.from({ length: last - first + 1 }, (_, i) => String.fromCharCode(first + i)),
      );
      return choice(
        character(intersect(expression.set, plain)),
        ...letters.map((letter) => text(JSON.stringify(letter).slice(1, -1))),
      );
    }
    case 'sequence':
      return { type: 'sequence', parts: expression.parts.map(insideString) };
    case 'choice':
      return { type: 'choice', parts: expression.parts.map(insideString) };
    case 'repeat':
      return repeat(insideString(expression.body), expression.min, expression.max);
    default:
      return expression;
  }
}

interface NameNode {
  ends: boolean;
  readonly next: Map<string, NameNode>;
}

/** Keys that are none of `names`, written without escapes. */
export function otherKeys(names: readonly string[]): Expression {
  const root: NameNode = { ends: false, next: new Map() };
  for (const name of names) {
    let node = root;
    for (const letter of name) {
      let next = node.next.get(letter);
      if (!next) node.next.set(letter, (next = { ends: false, next: new Map() }));
      node = next;
    }
    node.ends = true;
  }
  const anything = repeat(character(plain), 0);
  const others = ({ ends, next }: NameNode): Expression =>
    choice(
      sequence(character(subtract(plain, charactersOf([...next.keys()].join('')))), anything),
      ...[...next]
        .filter(([letter]) => insidePlain(letter))
        .map(([letter, node]) => sequence(text(letter), others(node))),
      ...(ends ? [] : [text('')]),
    );
  return inQuotes(others(root));
}

const insidePlain = (letter: string): boolean => JSON.stringify(letter) === `"${letter}"`;

const DATE = `[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))`;
const TIME = String.raw`(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?(?:Z|[+\-](?:[01][0-9]|2[0-3]):[0-5][0-9])`;
const LABEL = '[a-z0-9](?:[a-z0-9\\-]{0,30}[a-z0-9])?';
const HOST = `${LABEL}(?:\\.${LABEL}){1,4}`;

/** Formats as patterns. Each allows a part of what its standard does, so that all validators agree. */
const FORMATS: Readonly<Record<string, string>> = {
  // RFC 3339; 29 February is left out: which years have it would take a pattern too long to be worth it.
  date: DATE,
  time: TIME,
  'date-time': `${DATE}T${TIME}`,
  uuid: '[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}',
  email: `[a-z0-9_+\\-]{1,30}(?:\\.[a-z0-9_+\\-]{1,30}){0,3}@${LABEL}(?:\\.${LABEL}){0,3}\\.[a-z]{2,10}`,
  hostname: HOST,
  ipv4: '(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])',
  uri: `https?://${HOST}(?:/[A-Za-z0-9_.~\\-]{0,60}){0,8}`,
};

export const formatNames: readonly string[] = Object.keys(FORMATS);

/** A format, in quotes; `undefined` for one that is not known. */
export function formatted(format: string): Expression | undefined {
  return Object.hasOwn(FORMATS, format) ? inQuotes(readRegex(FORMATS[format], 'whole')) : undefined;
}
