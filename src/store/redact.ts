/** Takes out of a text what names a person or opens a door: addresses, numbers to call, keys. */

/** Each kind with what is put in its place. Every pattern is linear: no repetition may match in two ways. */
const kinds: readonly (readonly [pattern: RegExp, word: string])[] = [
  // A key: the well-known beginnings, or a long run of letters and digits that no word is.
  [/\b(?:sk|pk|ik|ghp|gho|xox[abp]|AKIA|Bearer)[-_ ]?[A-Za-z0-9_-]{16,}/g, '[key]'],
  [/\b(?=[A-Za-z_-]{0,100}\d)(?=[\d_-]{0,100}[A-Za-z])[A-Za-z0-9_-]{32,}/g, '[key]'],
  [/(?<![\w.%+-])[\w.%+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}/g, '[email]'],
  // From 7 to 15 digits, as numbers to call have (E.164), with signs between them; a date is none.
  [
    /(?<![\w+])(?!\d{4}-\d\d-\d\d(?!\d))\+?(?:\d{1,3}[ -]?)?(?:\(\d{1,4}\)[ -]?)?\d(?:[ .-]?\d){6,14}(?![\w-])/g,
    '[phone]',
  ],
];

/** The text without e-mail addresses, telephone numbers and keys. */
export function redact(text: string): string {
  return kinds.reduce((rest, [pattern, word]) => rest.replace(pattern, word), text);
}
