/** `/v1/domain`: the terms of a text with what they mean, whether it is of a kit's field, and what the kit says to it. */

import { z } from 'zod';
import { type KitReader, languageOf, usedTerms } from '../../apps/index.ts';
import type { AppContext } from '../app.ts';
import { fail } from '../errors.ts';
import { limits } from '../limits.ts';
import { noteDecision } from './guard-model.ts';
import type { KitGuard } from './kit-guard.ts';

export const domainBody = z.strictObject({
  text: z.string().min(1).max(limits.domainText),
  /** One of the server's kits; without, all of them. */
  kit: z.string().nullish(),
});

/** What the kits are. @throws `serve/no-kits` */
export function answerKits(c: AppContext, guard: KitGuard | undefined): Response {
  if (!guard) throw fail('serve/no-kits', undefined);
  const data = guard.readers.map(({ kit }) => ({
    ...{
      id: kit.name,
      object: 'domain-kit',
      title: kit.title,
      terms: kit.glossary.length,
      notice: kit.notice,
    },
    rules: kit.rules.map(({ name, on, action }) => ({ name, on, action })),
  }));
  return c.json({ object: 'list', data });
}

/** @throws `serve/no-kits`, `serve/kit-name` */
export function answerDomain(
  c: AppContext,
  { text, kit: wanted }: z.infer<typeof domainBody>,
  guard: KitGuard | undefined,
): Response {
  if (!guard) throw fail('serve/no-kits', undefined);
  const readers = wanted == null ? guard.readers : guard.readers.filter(({ kit }) => kit.name === wanted);
  if (readers.length === 0) {
    throw fail('serve/kit-name', { name: wanted!, known: guard.readers.map(({ kit }) => kit.name) });
  }
  const found = readers.flatMap((reader) => termsOf(reader, text));
  const names = readers.map(({ kit }) => kit.name);
  const decision = guard.ask(text, names);
  if (decision) noteDecision(c, decision);
  return c.json({
    object: 'domain',
    id: c.get('requestId').replace('req_', 'dom-'),
    created: Math.floor(Date.now() / 1000),
    language: languageOf(text),
    kits: readers.map((reader) => ({ kit: reader.kit.name, is_inside: reader.isInside(text) })),
    terms: found.slice(0, limits.domainTerms),
    is_cut: found.length > limits.domainTerms,
    warning: decision
      ? { kit: decision.kit, rule: decision.rule, action: decision.action, text: decision.text }
      : null,
    notices: guard
      .notices(text, '')
      .filter(({ kit }) => names.includes(kit))
      .map((notice) => notice.text),
  });
}

const termsOf = (reader: KitReader, text: string): object[] =>
  usedTerms(reader.terms(text)).map(({ term, names, places }) => ({
    ...{ kit: reader.kit.name, names, places: places.slice(0, limits.domainPlaces), count: places.length },
    ...{ en: term.en, zh: term.zh, means: term.means },
  }));
