/** A double whose memory is small and in pages, as strict as it can be. */

import { markovModel } from '../src/decode/index.ts';
import type { LanguageModel, Sequence, StepRequest } from '../src/types.ts';

const PAGE = 4;

/**
 * A model whose memory is pages that forks share until one of them writes. It reads its past out of the pages, so that a
 * page with two writers shows in the texts; after every move free and used pages must add up.
 */
export function pagedModel(seed: number, vocabSize: number, contextLength: number, total: number) {
  const source = markovModel({ vocabSize, contextLength, order: 2, seed });
  const owners = new Int32Array(total);
  const content = new Int32Array(total * PAGE);
  const free = Array.from({ length: total }, (_, i) => i);
  const check = (): void => {
    const used = owners.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
    if (free.length + used !== total || new Set(free).size !== free.length)
      throw new Error('a page was lost');
  };
  const take = (): number => {
    const page = free.pop();
    if (page === undefined) throw new Error('out of pages');
    owners[page] = 1;
    return page;
  };
  const release = (page: number): void => {
    if (--owners[page] < 0) throw new Error('a page was given back twice');
    if (owners[page] === 0) free.push(page);
  };
  const pasts = new Map<Sequence, { pages: number[]; length: number }>();
  const pastOf = (sequence: Sequence) => {
    const past = pasts.get(sequence);
    if (!past) throw new Error('used after close');
    return past;
  };
  const openAt = (pages: number[], start: number): Sequence => {
    const sequence: Sequence = {
      get length() {
        return pastOf(sequence).length;
      },
      rewind(length) {
        const past = pastOf(sequence);
        if (length > past.length || length < 0) throw new Error('rewound forward');
        while (past.pages.length * PAGE >= length + PAGE) release(past.pages.pop()!);
        past.length = length;
        check();
      },
      fork() {
        const past = pastOf(sequence);
        for (const page of past.pages) owners[page]++;
        return openAt([...past.pages], past.length);
      },
      close() {
        const past = pasts.get(sequence);
        pasts.delete(sequence);
        for (const page of past?.pages ?? []) release(page);
        check();
      },
    };
    pasts.set(sequence, { pages, length: start });
    return sequence;
  };
  const append = (sequence: Sequence, id: number): void => {
    const past = pastOf(sequence);
    if (past.length >= contextLength) throw new Error('read past the context');
    const last = past.pages.length - 1;
    if (past.length === past.pages.length * PAGE) past.pages.push(take());
    else if (owners[past.pages[last]] > 1) {
      const copy = take();
      content.copyWithin(copy * PAGE, past.pages[last] * PAGE, (past.pages[last] + 1) * PAGE);
      release(past.pages[last]);
      past.pages[last] = copy;
    }
    content[past.pages[past.pages.length - 1] * PAGE + (past.length % PAGE)] = id;
    past.length++;
    check();
  };
  const idsOf = ({ pages, length }: { pages: number[]; length: number }): number[] =>
    pages.flatMap((page) => Array.from(content.subarray(page * PAGE, (page + 1) * PAGE))).slice(0, length);

  /** Pages taken when each of these reads; of those that share a last page, the last one keeps it. */
  const pagesFor = (batch: readonly StepRequest[]): number => {
    const parted = new Map<number, number>();
    let sum = 0;
    for (const { sequence, ids } of batch) {
      const { pages, length } = pastOf(sequence);
      sum += Math.ceil((length + ids.length) / PAGE) - pages.length;
      const last = pages[pages.length - 1];
      if (length % PAGE === 0 || owners[last] === 1) continue;
      const left = parted.get(last) ?? owners[last];
      if (left > 1) sum++;
      parted.set(last, left - 1);
    }
    return sum;
  };

  const model: LanguageModel = {
    vocabSize,
    contextLength,
    memory: {
      totalTokens: total * PAGE,
      get freeTokens() {
        return free.length * PAGE;
      },
      get usedTokens() {
        return (total - free.length) * PAGE;
      },
      tokensFor: (batch) => pagesFor(batch) * PAGE,
    },
    open: () => openAt([], 0),
    step(batch, wants) {
      if (new Set(batch.map(({ sequence }) => sequence)).size < batch.length)
        throw new Error('twice in a batch');
      return batch.map(({ sequence, ids }) => {
        for (let i = 0; i < ids.length; i++) append(sequence, ids[i]);
        const reader = source.open();
        const [result] = source.step([{ sequence: reader, ids: idsOf(pastOf(sequence)) }], {
          ...wants,
          logits: wants?.logits === 'all' ? 'all' : 'last',
        });
        reader.close();
        const rows = wants?.logits === 'all' ? -ids.length : -1;
        return {
          logits: result.logits.slice(rows),
          ...(result.hidden && { hidden: result.hidden.slice(rows) }),
        };
      });
    },
  };
  return { model, used: () => total - free.length, sequences: () => pasts.size };
}
