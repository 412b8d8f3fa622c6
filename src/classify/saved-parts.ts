/** The pieces of a saved classifier, checked as they come back from disk. */

import { z } from 'zod';
import type { TensorData } from '../io/index.ts';
import { tensor } from '../tensor/index.ts';
import type { Features } from './features.ts';

/** Why a saved classifier cannot be used; the loader says of which file. */
export class DamagedPart extends Error {}

const featureSchema = z.object({
  ngrams: z.tuple([z.int().min(1).max(32), z.int().min(1).max(32)]),
  width: z
    .int()
    .min(1)
    .max(2 ** 31),
  names: z.array(z.string()).optional(),
});

/** What of features goes into the JSON, and what into the arrays. */
export function saveFeatures({ idf, ...data }: Features): {
  data: Omit<Features, 'idf'>;
  tensors: [string, TensorData][];
} {
  const tensors: [string, TensorData][] = idf
    ? [['idf', { dtype: 'f64', shape: [idf.length], data: Float64Array.from(idf) }]]
    : [];
  return { data, tensors };
}

export function restoreFeatures(data: unknown, tensors: ReadonlyMap<string, TensorData>): Features {
  const features = parsePart(featureSchema, data);
  const { width, names } = features;
  if (names && names.length !== width) throw new DamagedPart(`${width} columns, but ${names.length} names`);
  if (!tensors.has('idf')) return features;
  return { ...features, idf: readArray(tensors, 'idf', 'f64', [width]) as Float64Array };
}

export function parsePart<Schema extends z.ZodType>(schema: Schema, data: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  throw new DamagedPart(`${path.join('.') || 'content'}: ${message}`);
}

/** The array of a name, of the shape it must have. */
export function readArray(
  tensors: ReadonlyMap<string, TensorData>,
  name: string,
  dtype: 'f32' | 'f64',
  shape: readonly number[],
): Float32Array | Float64Array {
  const found = tensors.get(name);
  if (!found) throw new DamagedPart(`there is no array "${name}"`);
  if (found.dtype !== dtype || found.shape.join() !== shape.join()) {
    throw new DamagedPart(
      `"${name}" must be ${dtype} [${shape.join(', ')}], got ${found.dtype} [${found.shape.join(', ')}]`,
    );
  }
  return found.data as Float32Array | Float64Array;
}

/** The same as a tensor of a network. */
export const readParameter = (
  tensors: ReadonlyMap<string, TensorData>,
  name: string,
  shape: readonly number[],
) => tensor(readArray(tensors, name, 'f32', shape), { shape });
