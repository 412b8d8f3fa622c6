/** `inkstone claims INDEX FILE…`: each claim of a text beside the documents; with labels, how often the verdicts are right. */

import { extname } from 'node:path';
import {
  claimsIn,
  type Disagreement,
  type Verdict,
  type VerifiedClaim,
  verdicts,
  verifyClaim,
} from '../../apps/index.ts';
import { classificationScores } from '../../eval/index.ts';
import { readRecords } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import { library } from '../../retrieve/index.ts';
import { failClaims } from '../claims-errors.ts';
import type { claimsOptions } from '../claims-options.ts';
import type { CommandContext } from '../command.ts';
import { readTextFile } from '../corpus.ts';
import { fail } from '../errors.ts';
import { openIndex, openMade } from '../retrieval.ts';
import { inOneLine, placeOf } from '../shown-text.ts';
import { formatTable } from '../terminal.ts';

type Context = CommandContext<typeof claimsOptions>;

interface GivenClaim {
  readonly text: string;
  readonly label?: Verdict;
}

const words = defineMessages({
  supported: { en: () => 'supported', zh: () => '有据' },
  contradicted: { en: () => 'contradicted', zh: () => '矛盾' },
  unfounded: { en: () => 'unfounded', zh: () => '无据' },
});

const say = defineMessages({
  number: {
    en: (d: { claimed: string; found: string }) => `the claim says ${d.claimed}, the passage ${d.found}`,
    zh: (d) => `主张为 ${d.claimed}，段落为 ${d.found}`,
  },
  claim: { en: () => 'the claim denies it, the passage does not', zh: () => '主张否定，而段落未否定' },
  passage: { en: () => 'the passage denies it, the claim does not', zh: () => '段落否定，而主张未否定' },
  total: {
    en: (d: Record<Verdict, number>) =>
      `${d.supported} supported, ${d.contradicted} contradicted, ${d.unfounded} unfounded (no passage tells of them)`,
    zh: (d) => `有据 ${d.supported}，矛盾 ${d.contradicted}，无据 ${d.unfounded}（没有段落提到）`,
  },
  verdict: { en: () => 'verdict', zh: () => '判定' },
  precision: { en: () => 'precision', zh: () => '精确率' },
  recall: { en: () => 'recall', zh: () => '召回率' },
  f1: { en: () => 'F1', zh: () => 'F1' },
  labelled: { en: () => 'labelled', zh: () => '标注数' },
  accuracy: {
    en: (d: { accuracy: string; claims: number }) => `accuracy ${d.accuracy} on ${d.claims} labelled claims`,
    zh: (d) => `准确率 ${d.accuracy}（${d.claims} 条带标注的主张）`,
  },
});

export async function run({ args, options, terminal, signal }: Context): Promise<void> {
  const [place, ...files] = args;
  const { collection: name, mode, top, minSupport } = options;
  const claims = (await Promise.all(files.map((file) => readClaims(file, signal)))).flat();
  if (claims.length === 0) throw failClaims('cli/no-claims', { files });
  const database = openIndex(place);
  try {
    if (await database.isNew?.()) throw fail('cli/no-index', { place });
    const collections = [await openMade(library(database), name, { byMeaning: mode !== 'bm25' })];
    const verified: VerifiedClaim[] = [];
    for (const { text, label } of claims) {
      signal.throwIfAborted();
      const one = await verifyClaim(text, { collections, minSupport, top, search: mode && { mode }, signal });
      verified.push(one);
      terminal.json({ type: 'claim', ...one, ...(label && { label }) });
      terminal.print(`${words(one.verdict, {})}  ${inOneLine(one.text)}`);
      if (one.disagreement) terminal.print(`    ${reasonOf(one.disagreement)}`);
      if (one.evidence && one.verdict !== 'unfounded') {
        terminal.print(`    ${placeOf(one.evidence)}: ${inOneLine(one.evidence.excerpt)}`);
      }
    }
    report(claims, verified, terminal);
  } finally {
    await database.close();
  }
}

function reasonOf(disagreement: Disagreement): string {
  if (disagreement.by === 'denial') return say(disagreement.denies, {});
  const { claimed, found } = disagreement;
  return say('number', { claimed, found: found.join(', ') });
}

/** How many there are of each verdict; beside labels, how often each is right. */
function report(
  claims: readonly GivenClaim[],
  verified: readonly VerifiedClaim[],
  terminal: Context['terminal'],
): void {
  const count = (verdict: Verdict) => verified.filter((one) => one.verdict === verdict).length;
  const [supported, contradicted, unfounded] = verdicts.map(count);
  terminal.print(say('total', { supported, contradicted, unfounded }));
  const labelled = claims.flatMap(({ label }, i) => (label ? [{ label, verdict: verified[i].verdict }] : []));
  if (labelled.length === 0) {
    terminal.json({ type: 'claims', supported, contradicted, unfounded });
    return;
  }
  const scores = classificationScores(
    labelled.map(({ verdict }) => verdict),
    labelled.map(({ label }) => label),
  );
  terminal.json({ type: 'claims', supported, contradicted, unfounded, labelled: labelled.length, scores });
  const head = (['verdict', 'precision', 'recall', 'f1', 'labelled'] as const).map((word) => say(word, {}));
  const rows = scores.classes.map(({ label, precision, recall, f1, support }) => [
    words(label as Verdict, {}),
    ...[precision, recall, f1].map(percent),
    String(support),
  ]);
  for (const line of formatTable([head, ...rows])) terminal.print(line);
  terminal.print(say('accuracy', { accuracy: percent(scores.accuracy), claims: labelled.length }));
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const RECORDS = ['.json', '.jsonl', '.ndjson', '.csv', '.tsv'];
const CLAIM_FIELDS = ['claim', 'text', 'sentence', '主张', '陈述', '文本'];
const LABEL_FIELDS = ['label', 'verdict', '标签', '判定'];
/** FEVER’s names, those of entailment, and ours. */
const LABELS: Readonly<Record<string, Verdict>> = {
  supported: 'supported',
  supports: 'supported',
  entailment: 'supported',
  true: 'supported',
  有据: 'supported',
  支持: 'supported',
  contradicted: 'contradicted',
  refutes: 'contradicted',
  refuted: 'contradicted',
  contradiction: 'contradicted',
  false: 'contradicted',
  矛盾: 'contradicted',
  反驳: 'contradicted',
  unfounded: 'unfounded',
  'not enough info': 'unfounded',
  nei: 'unfounded',
  neutral: 'unfounded',
  无据: 'unfounded',
  信息不足: 'unfounded',
};

/** The sentences of a text, or the records of a file, each a claim with a label or without. */
async function readClaims(path: string, signal: AbortSignal): Promise<GivenClaim[]> {
  if (!RECORDS.includes(extname(path).toLowerCase())) {
    return claimsIn(await readTextFile(path)).map((text) => ({ text }));
  }
  const claims: GivenClaim[] = [];
  for await (const { where, fields } of readRecords(path, { signal })) {
    const of = (names: readonly string[]) =>
      names.map((name) => fields[name]).find((value) => value !== undefined);
    const [text, label] = [of(CLAIM_FIELDS), of(LABEL_FIELDS)];
    if (typeof text !== 'string' || text.trim() === '') {
      throw failClaims('cli/claim-record', { where, fields: CLAIM_FIELDS });
    }
    if (label === undefined || label === null || label === '') {
      claims.push({ text });
      continue;
    }
    const plain = String(label).trim().toLowerCase().replaceAll('_', ' ');
    if (!Object.hasOwn(LABELS, plain)) {
      throw failClaims('cli/claim-label', { where, label: String(label), known: Object.keys(LABELS) });
    }
    claims.push({ text, label: LABELS[plain] });
  }
  return claims;
}
