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
];
