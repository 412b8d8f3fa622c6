/** A button that leads to another page: a link in everything but looks. */

import { Button, type ButtonProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, Ref } from 'react';

type Props = ButtonProps &
  Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof ButtonProps> & {
    readonly ref?: Ref<HTMLAnchorElement>;
  };

const AnchorButton = (props: Props) => <Button component="a" {...props} />;

export const LinkButton = createLink(AnchorButton);
