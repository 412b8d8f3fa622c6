/** Text that came from anywhere, made harmless inside HTML and SVG. */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are not allowed in XML
const NOT_ALLOWED = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]|\p{Surrogate}/gu;

/** The text as markup: good between tags and in quoted attributes. Control characters and half characters become U+FFFD. */
export function escapeMarkup(text: string): string {
  return text.replace(NOT_ALLOWED, '\ufffd').replace(/[&<>"']/g, (character) => ENTITIES[character]);
}
