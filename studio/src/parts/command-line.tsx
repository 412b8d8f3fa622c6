/** The command line that does the same: every form shows its own. */

import { ActionIcon, Tooltip } from '@mantine/core';
import { useEffect, useState } from 'react';
import { Icon } from '../shell/icons.tsx';
import { defineWords, useWords } from '../words.ts';
import classes from './command-line.module.css';

const words = defineWords({
  command: { en: 'The same from a terminal', zh: '在终端中做同样的事' },
  copy: { en: 'Copy', zh: '复制' },
  copied: { en: 'Copied', zh: '已复制' },
});

export function CommandLine({ command, label }: { readonly command: string; readonly label?: string }) {
  const say = useWords(words);
  return (
    <figure className={classes.figure}>
      <figcaption>{label ?? say.command}</figcaption>
      <div className={classes.line}>
        <pre>{command}</pre>
        <CopyButton text={command} />
      </div>
    </figure>
  );
}

export function CopyButton({ text }: { readonly text: string }) {
  const say = useWords(words);
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const label = isCopied ? say.copied : say.copy;
  return (
    <Tooltip label={label} opened={isCopied || undefined}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={label}
        onClick={() => void navigator.clipboard?.writeText(text).then(() => setCopied(true))}
      >
        <Icon name="copy" size={16} />
      </ActionIcon>
    </Tooltip>
  );
}
