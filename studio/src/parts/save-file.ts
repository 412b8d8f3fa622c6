/** Hands a file to the reader: text as it is, a picture as SVG or PNG. */

import { useMutation } from '@tanstack/react-query';
import { ask } from '../api/client.ts';

/** Saves what the server answers at a path; its `error` is why there is no file. */
export const useSavedAnswer = () =>
  useMutation({
    mutationFn: async ({ name, path }: { readonly name: string; readonly path: string }) =>
      saveFile(name, await (await ask(path)).blob()),
  });

export function saveFile(name: string, content: Blob | string, type = 'text/plain'): void {
  const blob = typeof content === 'string' ? new Blob([content], { type: `${type};charset=utf-8` }) : content;
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** Pixels of a PNG for each of the picture's own. */
const DENSITY = 2;

/** Draws an SVG with its own style onto a white ground. */
export async function pngOf(svg: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = DENSITY * image.width;
  canvas.height = DENSITY * image.height;
  const context = canvas.getContext('2d')!;
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('canvas'))), 'image/png'),
  );
}
