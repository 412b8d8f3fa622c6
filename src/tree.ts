/** Trees of values: plain objects and arrays whose leaves are not. Paths are the names in a checkpoint. */

/** A tree with leaves of type `Leaf`. */
export type Tree<Leaf> = Leaf | readonly Tree<Leaf>[] | { readonly [key: string]: Tree<Leaf> };

/** The same tree with every `From` leaf replaced by `To`. */
export type MapTree<T, From, To> = T extends From
  ? To
  : T extends readonly unknown[] | Record<string, unknown>
    ? { [K in keyof T]: MapTree<T[K], From, To> }
    : T;

function isBranch(value: unknown): value is readonly unknown[] | Record<string, unknown> {
  if (Array.isArray(value)) return true;
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Applies `f` to every leaf, keeping the structure. `undefined` leaves are passed over. */
export function mapTree<Leaf, To>(tree: unknown, f: (leaf: Leaf, path: string) => To, path = ''): unknown {
  if (tree === undefined) return undefined;
  if (Array.isArray(tree)) return tree.map((child, i) => mapTree(child, f, path ? `${path}.${i}` : `${i}`));
  if (isBranch(tree)) {
    const result: Record<string, unknown> = {};
    for (const [key, child] of Object.entries(tree))
      result[key] = mapTree(child, f, path ? `${path}.${key}` : key);
    return result;
  }
  return f(tree as Leaf, path);
}

/** Every leaf with its dotted path (`blocks.0.attention.query`), in order. */
export function leaves<Leaf>(tree: unknown): [path: string, leaf: Leaf][] {
  const found: [string, Leaf][] = [];
  mapTree<Leaf, void>(tree, (leaf, path) => {
    found.push([path, leaf]);
  });
  return found;
}

/** Every leaf, without its path, in the same order. */
export function leafValues<Leaf>(tree: unknown): Leaf[] {
  return leaves<Leaf>(tree).map(([, leaf]) => leaf);
}
