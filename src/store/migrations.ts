/** Every step from an empty database to today's. Steps are only added. */

import type { Migration } from './migrate.ts';

export const migrations: readonly Migration[] = [
  {
    name: 'conversations',
    statements: [
      `create table conversations (
        id text primary key, tenant text not null, title text not null, model text, settings jsonb not null,
        leaf text, created timestamptz not null, updated timestamptz not null)`,
      'create index conversations_by_time on conversations (tenant, updated desc, id)',
      `create table messages (
        id text primary key, place bigint generated always as identity,
        conversation text not null references conversations on delete cascade,
        parent text references messages on delete cascade,
        role text not null, content text not null, model text, detail jsonb not null, created timestamptz not null)`,
      'create index messages_by_conversation on messages (conversation, place)',
      'create index messages_by_parent on messages (parent)',
    ],
  },
  {
    name: 'reviews',
    statements: [
      `create table reviews (
        id text primary key, place bigint generated always as identity, tenant text not null, why text not null,
        detail jsonb not null, model text, request text, prompt text not null, output text not null,
        created timestamptz not null)`,
      'create index reviews_by_place on reviews (tenant, place)',
      `create table decisions (
        review text not null references reviews on delete cascade, reviewer text not null, decision text not null,
        edited text, note text, created timestamptz not null, primary key (review, reviewer))`,
    ],
  },
  {
    name: 'keys',
    statements: [
      `create table api_keys (
        id text primary key, name text not null, tenant text not null, is_admin boolean not null,
        hash text not null unique, hint text not null, created timestamptz not null, revoked timestamptz,
        requests_per_minute integer, tokens_per_day bigint, concurrent integer)`,
      'create unique index api_keys_by_name on api_keys (name) where revoked is null',
      `create table key_usage (
        key text not null references api_keys on delete cascade, day date not null, tokens bigint not null,
        primary key (key, day))`,
    ],
  },
  {
    name: 'rules',
    statements: [
      `create table rules (
        id text primary key, place bigint generated always as identity, tenant text not null, name text not null,
        kind text not null, pattern text not null, action text not null, replacement text not null,
        stage text not null, is_on boolean not null, is_for_all boolean not null, created timestamptz not null)`,
      'create index rules_by_tenant on rules (tenant)',
    ],
  },
  {
    name: 'audit',
    statements: [
      `create table audit (
        place bigint generated always as identity primary key, at timestamptz not null, request text not null,
        tenant text not null, key text, route text not null, model text, status integer not null,
        prompt_tokens integer not null, completion_tokens integer not null, repairs integer not null,
        ms integer not null, decision text, rules jsonb not null, prompt text, output text)`,
      'create index audit_by_tenant on audit (tenant, place)',
      'create index audit_by_time on audit (at)',
    ],
  },
  {
    name: 'responses',
    statements: [
      `create table responses (
        tenant text not null, id text not null, items jsonb not null, created timestamptz not null,
        primary key (tenant, id))`,
      'create index responses_by_time on responses (created)',
    ],
  },
  {
    name: 'retrieval',
    statements: [
      `create table collections (
        id integer generated always as identity primary key, tenant text not null, name text not null,
        settings jsonb not null, version bigint not null default 0, created timestamptz not null, unique (tenant, name))`,
      `create table documents (
        id bigint generated always as identity primary key,
        collection integer not null references collections on delete cascade,
        key text not null, hash text not null, source text not null, title text, unique (collection, key))`,
      `create table chunks (
        id bigint generated always as identity primary key,
        collection integer not null references collections on delete cascade,
        document bigint not null references documents on delete cascade,
        text text not null, start integer not null, fresh_start integer not null, tokens integer not null,
        headings text[] not null, length integer not null, terms text[] not null, counts integer[] not null,
        vector bytea)`,
      'create index chunks_by_collection on chunks (collection, id)',
      'create index chunks_by_document on chunks (document, start)',
      'create index chunks_by_term on chunks using gin (terms)',
    ],
  },
  {
    name: 'freshness',
    statements: ['alter table documents add column changed timestamptz, add column checked timestamptz'],
  },
  {
    name: 'labelling',
    statements: [
      `create table label_tasks (
        id text primary key, place bigint generated always as identity, tenant text not null, name text not null,
        labels jsonb not null, created timestamptz not null)`,
      'create index label_tasks_by_tenant on label_tasks (tenant, place)',
      `create table label_items (
        task text not null references label_tasks on delete cascade, number integer not null, text text not null,
        suggestion text, score double precision, settled text, primary key (task, number))`,
      `create table given_labels (
        task text not null, number integer not null, annotator text not null, label text not null,
        created timestamptz not null, primary key (task, number, annotator),
        foreign key (task, number) references label_items on delete cascade)`,
    ],
  },
];
