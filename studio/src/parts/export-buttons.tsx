/** What is shown, as a file: each kind that there is. */

import { Button, Group } from '@mantine/core';
import { Icon } from '../shell/icons.tsx';
import { defineWords, useWords } from '../words.ts';
import { saveFile } from './save-file.ts';

const words = defineWords({
  save: { en: 'Save', zh: '保存' },
  saveAs: { en: (kind: string) => `Save as ${kind}`, zh: (kind: string) => `保存为 ${kind}` },
});

const types = { csv: 'text/csv', svg: 'image/svg+xml', png: 'image/png', json: 'application/json' } as const;
export type FileKind = keyof typeof types;

export function ExportButtons({
  name,
  files,
}: {
  /** Of the file, without its end. */
  readonly name: string;
  readonly files: { readonly [Kind in FileKind]?: () => string | Promise<Blob> };
}) {
  const say = useWords(words);
  return (
    <Group gap="xs">
      {(Object.keys(files) as FileKind[]).map((kind) => (
        <Button
          key={kind}
          size="compact-xs"
          variant="default"
          aria-label={say.saveAs(kind.toUpperCase())}
          leftSection={<Icon name="download" size={12} />}
          onClick={async () => saveFile(`${name}.${kind}`, await files[kind]!(), types[kind])}
        >
          {kind.toUpperCase()}
        </Button>
      ))}
    </Group>
  );
}
