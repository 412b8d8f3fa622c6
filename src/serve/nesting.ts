/** How deeply JSON text is nested, counted without parsing it. */

/** The most brackets and braces open at once, outside strings. */
export function nestingDepth(json: string): number {
  let depth = 0;
  let most = 0;
  let isString = false;
  for (let i = 0; i < json.length; i++) {
    const character = json[i];
    if (isString) {
      if (character === '\\') i++;
      else if (character === '"') isString = false;
    } else if (character === '"') isString = true;
    else if (character === '[' || character === '{') most = Math.max(most, ++depth);
    else if (character === ']' || character === '}') depth--;
  }
  return most;
}
