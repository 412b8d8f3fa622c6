/** The closed table of ops. An op is here or it does not exist: tests and docs are made from these rows. */

import { attentionOps } from './attention.ts';
import { chooseOps } from './choose.ts';
import { compareOps } from './compare.ts';
import { affineOps, elementwiseOps } from './elementwise.ts';
import { feedForwardOps } from './feed-forward.ts';
import { gateOps } from './gate.ts';
import { headLossOps } from './head-loss.ts';
import { indexingOps } from './indexing.ts';
import { linearOps } from './linear.ts';
import { linearsOps } from './linears.ts';
import { lossOps } from './loss.ts';
import { normaliseOps } from './normalise.ts';
import { orderOps } from './order.ts';
import { randomOps } from './random.ts';
import { recurrentOps } from './recurrent.ts';
import { reduceOps } from './reduce.ts';
import { rotaryOps } from './rotary.ts';
import { shapeOps } from './shape.ts';
import { unaryOps } from './unary.ts';
import { windowOps } from './windows.ts';
import { wkvOps } from './wkv.ts';

export const opTable = {
  ...unaryOps,
  ...elementwiseOps,
  ...affineOps,
  ...compareOps,
  ...gateOps,
  ...reduceOps,
  ...orderOps,
  ...shapeOps,
  ...indexingOps,
  ...linearOps,
  ...linearsOps,
  ...feedForwardOps,
  ...normaliseOps,
  ...rotaryOps,
  ...attentionOps,
  ...recurrentOps,
  ...wkvOps,
  ...chooseOps,
  ...lossOps,
  ...headLossOps,
  ...randomOps,
  ...windowOps,
};

export type OpName = keyof typeof opTable;
