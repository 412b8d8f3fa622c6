/** Asks the server for a tune of a form. */

import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { canKeepMetre, restGrammar, restPattern, type TuneForm } from '../../../../src/music/index.ts';
import { request } from '../../api/client.ts';

export interface TuneOrder extends Omit<TuneForm, 'rhythm'> {
  readonly model: string;
  readonly seed: number;
  readonly maxTokens: number;
  readonly title: string;
}

interface Completion {
  readonly choices: readonly { readonly text: string; readonly finish_reason: string }[];
}

export interface AskedTune {
  readonly text: string;
  readonly isCut: boolean;
}

const TEMPERATURE = 0.9;
/** The beginning of a tune without a rhythm, as it is learned. */
const PROMPT = 'M:';

export function useTune(onTune: (tune: AskedTune) => void) {
  const running = useRef<AbortController>(undefined);
  const asked = useMutation({
    async mutationFn({
      model,
      seed,
      maxTokens,
      title,
      key,
      metre,
    }: TuneOrder): Promise<AskedTune | undefined> {
      const controller = new AbortController();
      running.current = controller;
      const { signal } = controller;
      // With a metre, bars are kept to it while they are written.
      const form =
        metre && canKeepMetre(metre)
          ? { grammar: restGrammar({ key, metre }) }
          : { regex: restPattern({ key, metre }) };
      const body = { model, prompt: PROMPT, ...form, temperature: TEMPERATURE, max_tokens: maxTokens, seed };
      const answer = request<Completion>('/v1/completions', { method: 'POST', body, signal });
      const [choice] = await answer.then(
        ({ choices }) => choices,
        (error: unknown) => {
          if (signal.aborted) return [];
          throw error;
        },
      );
      if (!choice) return undefined;
      return {
        text: `X:1\nT:${title}\n${PROMPT}${choice.text.trim()}\n`,
        isCut: choice.finish_reason === 'length',
      };
    },
    onSuccess: (tune) => tune && onTune(tune),
  });
  useEffect(() => () => running.current?.abort(), []);
  return {
    write: (order: TuneOrder) => asked.mutate(order),
    stop: () => running.current?.abort(),
    isWriting: asked.isPending,
    error: asked.error,
  };
}
