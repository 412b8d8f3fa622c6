/** Asks once more before something is gone for ever. */

import { Button, Group, Modal } from '@mantine/core';
import { useRef } from 'react';
import { defineWords, useWords } from '../words.ts';
import { useErrorText } from './states.tsx';

const words = defineWords({
  remove: { en: 'Delete', zh: '删除' },
  removeWhat: { en: (name: string) => `Delete ${name}?`, zh: (name: string) => `删除 ${name}？` },
  cancel: { en: 'Cancel', zh: '取消' },
});

export function RemoveDialog({
  name,
  how,
  isRemoving,
  error,
  onRemove,
  onClose,
}: {
  /** Of what would be removed; the dialog is open while there is one. */
  readonly name: string | undefined;
  /** What goes with it. */
  readonly how: string;
  readonly isRemoving: boolean;
  readonly error: unknown;
  readonly onRemove: () => void;
  readonly onClose: () => void;
}) {
  const say = useWords(words);
  const textOf = useErrorText();
  // While it closes it still says what it asked.
  const asked = useRef('');
  if (name !== undefined) asked.current = name;
  // NOTE The lock of the page's scrolling writes a style that the content security policy refuses.
  return (
    <Modal
      opened={name !== undefined}
      onClose={onClose}
      title={say.removeWhat(asked.current)}
      centered
      lockScroll={false}
    >
      <p>{how}</p>
      {error ? <p role="alert">{textOf(error)}</p> : null}
      <Group gap="sm">
        <Button variant="default" data-autofocus onClick={onClose}>
          {say.cancel}
        </Button>
        <Button loading={isRemoving} onClick={onRemove}>
          {say.remove}
        </Button>
      </Group>
    </Modal>
  );
}
