/** Texts that people give labels to: each by two of them, who do not see what the other chose. */

import { randomUUID } from 'node:crypto';
import { agreementOf, gwetAc1, krippendorffAlpha, type PairAgreement } from './agreement.ts';
import { type Database, type Queries, storable, toJson } from './database.ts';

/** A text to label, and what a classifier would say. */
export interface NewItem {
  readonly text: string;
  readonly suggestion?: string | null;
  /** Its probability or margin. */
  readonly score?: number | null;
}

export interface NewTask {
  readonly name: string;
  readonly labels: readonly string[];
  readonly items: readonly NewItem[];
}

export interface LabelTask {
  readonly id: string;
  readonly name: string;
  readonly labels: readonly string[];
  readonly created: Date;
  readonly items: number;
  /** Items that two have labelled, or that were settled. */
  readonly done: number;
  /** How many each person has labelled. */
  readonly people: readonly { readonly annotator: string; readonly items: number }[];
}

export interface GivenLabel {
  readonly annotator: string;
  readonly label: string;
}

/** An item as one person sees it; what others chose is not in it. */
export interface LabelItem extends Required<NewItem> {
  /** Its place in the task, from 0. */
  readonly number: number;
  /** What this person chose. */
  readonly own: string | null;
  readonly settled: string | null;
}

/** An item with everything that was said of it. */
export interface LabelledItem {
  readonly number: number;
  readonly text: string;
  readonly labels: readonly GivenLabel[];
  readonly settled: string | null;
}

export interface LabelResults {
  readonly pairs: readonly PairAgreement[];
  /** Krippendorff's alpha over everyone; null where nobody could have disagreed. */
  readonly alpha: number | null;
  /** Gwet's AC1 over everyone; null where no two labelled the same item. */
  readonly ac1: number | null;
  /** How many items have a label to train on. */
  readonly usable: number;
  /** Items on which those who labelled them differ, settled or not. */
  readonly disagreements: readonly LabelledItem[];
}

/** Every call is of one tenant and sees its tasks only; of another's it says `undefined` or `false`. */
export interface Labelling {
  create(tenant: string, task: NewTask): Promise<LabelTask>;
  /** Newest first; they are few. */
  list(tenant: string): Promise<LabelTask[]>;
  get(tenant: string, id: string): Promise<LabelTask | undefined>;
  remove(tenant: string, id: string): Promise<boolean>;
  /** The first item with a number of at least `from` that waits for this person; undefined when none does. */
  next(tenant: string, id: string, annotator: string, from?: number): Promise<LabelItem | undefined>;
  item(tenant: string, id: string, number: number, annotator: string): Promise<LabelItem | undefined>;
  /** Gives a label, or another one; null takes it back. False if there is no such item, or no such label in the task. */
  label(tenant: string, id: string, number: number, given: LabelChoice): Promise<boolean>;
  /** Decides what an item is, whatever was chosen; null takes it back. */
  settle(tenant: string, id: string, number: number, label: string | null): Promise<boolean>;
  results(tenant: string, id: string): Promise<LabelResults | undefined>;
  /** The texts whose label is settled, or the same from everyone: for training. */
  labelled(tenant: string, id: string): Promise<{ readonly text: string; readonly label: string }[]>;
}

export interface LabelChoice {
  readonly annotator: string;
  readonly label: string | null;
}

/** How many must have labelled an item. */
const ANNOTATORS = 2;
/** Items of one statement. */
const AT_ONCE = 500;

const COUNT = '(select count(*) from given_labels g where g.task = i.task and g.number = i.number)';

const TASK_FIELDS = `t.id, t.name, t.labels, t.created,
  (select count(*)::int from label_items i where i.task = t.id) as items,
  (select count(*)::int from label_items i where i.task = t.id
    and (i.settled is not null or i.number in (
      select number from given_labels g where g.task = t.id group by number having count(*) >= ${ANNOTATORS}))) as done,
  coalesce((select jsonb_agg(jsonb_build_object('annotator', p.annotator, 'items', p.items) order by p.annotator)
    from (select annotator, count(*)::int as items from given_labels g where g.task = t.id group by annotator) p),
    '[]') as people`;

const GIVEN = `coalesce((select jsonb_agg(jsonb_build_object('annotator', g.annotator, 'label', g.label)
  order by g.annotator) from given_labels g where g.task = i.task and g.number = i.number), '[]') as labels`;

type ItemRow = Required<NewItem> & LabelledItem;

export function labelling(database: Database): Labelling {
  const taskOf = async (queries: Queries, tenant: string, id: string): Promise<LabelTask | undefined> => {
    const sql = `select ${TASK_FIELDS} from label_tasks t where t.tenant = $1 and t.id = $2`;
    return (await queries.query<LabelTask>(sql, [tenant, id]))[0];
  };
  const itemsWhere = (rule: string, params: readonly (string | number)[]): Promise<ItemRow[]> =>
    database.query<ItemRow>(
      `select i.number, i.text, i.suggestion, i.score, i.settled, ${GIVEN} from label_items i
        join label_tasks t on t.id = i.task where t.tenant = $1 and t.id = $2 and ${rule} order by i.number`,
      params,
    );
  const withLabels = (tenant: string, id: string): Promise<ItemRow[]> =>
    itemsWhere(`(i.settled is not null or ${COUNT} > 0)`, [tenant, id]);
  return {
    create: (tenant, { name, labels, items }) =>
      database.transaction(async (tx) => {
        const id = randomUUID();
        await tx.query(
          'insert into label_tasks (id, tenant, name, labels, created) values ($1, $2, $3, $4::jsonb, $5)',
          [id, tenant, name, toJson(labels), new Date()],
        );
        for (let from = 0; from < items.length; from += AT_ONCE) {
          const rows = items
            .slice(from, from + AT_ONCE)
            .map(({ text, suggestion = null, score = null }, i) => ({
              number: from + i,
              text,
              suggestion,
              score,
            }));
          await tx.query(
            `insert into label_items (task, number, text, suggestion, score)
              select $1, number, text, suggestion, score from jsonb_to_recordset($2::jsonb)
                as item (number integer, text text, suggestion text, score float8)`,
            [id, toJson(rows)],
          );
        }
        return (await taskOf(tx, tenant, id))!;
      }),
    list: (tenant) =>
      database.query<LabelTask>(
        `select ${TASK_FIELDS} from label_tasks t where t.tenant = $1 order by t.place desc`,
        [tenant],
      ),
    get: (tenant, id) => taskOf(database, tenant, id),
    async remove(tenant, id) {
      const sql = 'delete from label_tasks where tenant = $1 and id = $2 returning id';
      return (await database.query(sql, [tenant, id])).length > 0;
    },

    async next(tenant, id, annotator, from = 0) {
      const waits = `i.number >= $4 and i.settled is null and ${COUNT} < ${ANNOTATORS} and not exists (
        select from given_labels g where g.task = i.task and g.number = i.number and g.annotator = $3)`;
      const first = `i.number = (select min(i.number) from label_items i where i.task = $2 and ${waits})`;
      return (await itemsWhere(first, [tenant, id, annotator, from])).map((row) => seenBy(annotator, row))[0];
    },
    async item(tenant, id, number, annotator) {
      const rows = await itemsWhere('i.number = $3', [tenant, id, number]);
      return rows.map((row) => seenBy(annotator, row))[0];
    },

    async label(tenant, id, number, { annotator, label }) {
      // One statement for both: whose task it is and whether it has the label is looked at as it is written.
      const known = `select i.task, i.number from label_items i join label_tasks t on t.id = i.task
        where t.tenant = $1 and t.id = $2 and i.number = $3`;
      if (label === null) {
        const sql = `delete from given_labels where annotator = $4 and (task, number) in (${known}) returning task`;
        return (await database.query(sql, [tenant, id, number, annotator])).length > 0;
      }
      const kept = await database.query(
        `insert into given_labels (task, number, annotator, label, created)
          select task, number, $4, $5, $6 from (${known} and t.labels ? $5) item
          on conflict (task, number, annotator) do update set label = excluded.label, created = excluded.created
          returning task`,
        [tenant, id, number, annotator, label, new Date()],
      );
      return kept.length > 0;
    },
    async settle(tenant, id, number, label) {
      const sql = `update label_items i set settled = $4 from label_tasks t
        where t.id = i.task and t.tenant = $1 and t.id = $2 and i.number = $3 and ($4::text is null or t.labels ? $4)
        returning i.number`;
      return (await database.query(sql, [tenant, id, number, label])).length > 0;
    },

    async results(tenant, id) {
      const sql = 'select labels from label_tasks where tenant = $1 and id = $2';
      const [task] = await database.query<Pick<LabelTask, 'labels'>>(sql, [tenant, id]);
      if (!task) return undefined;
      const items = await withLabels(tenant, id);
      const { pairs } = agreementOf(
        items.map(({ number, labels }) => ({
          id: String(number),
          decisions: labels.map(({ annotator, label }) => ({ reviewer: annotator, decision: label })),
        })),
      );
      const units = items.map(({ labels }) => labels.map(({ label }) => label));
      return {
        pairs,
        alpha: krippendorffAlpha(units) ?? null,
        ac1: gwetAc1(units, task.labels) ?? null,
        usable: items.filter((item) => labelOf(item) !== null).length,
        disagreements: items.filter(isDisputed).map(publicItem),
      };
    },
    async labelled(tenant, id) {
      const items = await withLabels(tenant, id);
      return items.flatMap((item) => {
        const label = labelOf(item);
        return label === null ? [] : [{ text: item.text, label }];
      });
    },
  };
}

const isDisputed = ({ labels }: LabelledItem): boolean => new Set(labels.map(({ label }) => label)).size > 1;

/** What an item is: as it was settled, else what everyone says who labelled it. */
const labelOf = (item: LabelledItem): string | null =>
  item.settled ?? (isDisputed(item) ? null : (item.labels[0]?.label ?? null));

const publicItem = ({ number, text, labels, settled }: ItemRow): LabelledItem => ({
  number,
  text,
  labels,
  settled,
});

/** Without what others chose: nobody is led by them. */
function seenBy(annotator: string, { labels, ...row }: ItemRow): LabelItem {
  const name = storable(annotator);
  return { ...row, own: labels.find((one) => one.annotator === name)?.label ?? null };
}
