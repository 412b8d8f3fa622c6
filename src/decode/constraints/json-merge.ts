/** Several schemas that hold at once as one schema. */

/** A schema that is an object. */
export type SchemaObject = Readonly<Record<string, unknown>>;

/** Says what cannot be joined: the keyword, and why. */
export type RefuseMerge = (keyword: string, reason: string, reasonZh: string) => Error;

const TIGHTEST: Readonly<Record<string, (a: number, b: number) => number>> = {
  minimum: Math.max,
  exclusiveMinimum: Math.max,
  maximum: Math.min,
  exclusiveMaximum: Math.min,
  minLength: Math.max,
  maxLength: Math.min,
  minItems: Math.max,
  maxItems: Math.min,
};

/** A schema that holds where both do. */
export function mergeSchemas(a: SchemaObject, b: SchemaObject, refuse: RefuseMerge): SchemaObject {
  for (const keyword of ['enum', 'required', 'allOf']) {
    const wrong = [a, b].find((one) => one[keyword] !== undefined && !Array.isArray(one[keyword]));
    if (wrong) throw refuse(keyword, 'must be a list', '必须是列表');
  }
  const merged: Record<string, unknown> = { ...a };
  checkClosed(a, b, refuse);
  checkClosed(b, a, refuse);
  for (const [keyword, value] of Object.entries(b)) {
    if (merged[keyword] === undefined) merged[keyword] = value;
    else merged[keyword] = mergeKeyword(keyword, merged[keyword], value, refuse);
  }
  return merged;
}

/** A schema that allows no other properties forbids those that only the other one names. */
function checkClosed(a: SchemaObject, b: SchemaObject, refuse: RefuseMerge): void {
  const { additionalProperties } = a;
  if (additionalProperties === undefined || additionalProperties === true) return;
  const own = Object.keys((a.properties ?? {}) as object);
  const foreign = Object.keys((b.properties ?? {}) as object).filter((name) => !own.includes(name));
  if (foreign.length > 0) {
    throw refuse(
      'additionalProperties',
      `speaks of the property "${foreign[0]}" of another part of allOf; write all properties in one schema`,
      `会限制 allOf 另一部分的属性 "${foreign[0]}"；请把所有属性写在同一个 schema 里`,
    );
  }
}

function mergeKeyword(keyword: string, a: unknown, b: unknown, refuse: RefuseMerge): unknown {
  if (JSON.stringify(a) === JSON.stringify(b)) return a;
  const tighter = TIGHTEST[keyword];
  if (tighter) return tighter(a as number, b as number);
  switch (keyword) {
    case 'type': {
      const [left, right] = [a, b].map((types) => [types].flat() as string[]);
      return left.flatMap((type) => {
        if (right.includes(type)) return [type];
        if (type === 'number' && right.includes('integer')) return ['integer'];
        return type === 'integer' && right.includes('number') ? ['integer'] : [];
      });
    }
    case 'enum':
      return (a as unknown[]).filter((one) =>
        (b as unknown[]).some((other) => JSON.stringify(one) === JSON.stringify(other)),
      );
    case 'required':
      return [...new Set([...(a as string[]), ...(b as string[])])];
    case 'properties': {
      const [left, right] = [a as SchemaObject, b as SchemaObject];
      const both = Object.keys(left).filter((name) => Object.hasOwn(right, name));
      return {
        ...left,
        ...right,
        ...Object.fromEntries(both.map((name) => [name, { allOf: [left[name], right[name]] }])),
      };
    }
    case 'additionalProperties':
    case 'items':
      if (a === true) return b;
      return b === true ? a : a === false || b === false ? false : { allOf: [a, b] };
    case 'title':
    case 'description':
    case 'default':
    case 'examples':
    case '$comment':
      return a;
    case 'allOf':
      return [...(a as unknown[]), ...(b as unknown[])];
    default:
      throw refuse(
        keyword,
        'stands in two schemas that hold at once; write one that says both',
        '出现在同时成立的两个 schema 里；请合写成一个',
      );
  }
}
