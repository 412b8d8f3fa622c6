/** Personal data in texts, found by their form and check digits and replaced by a word for their kind. */

import { isIP } from 'node:net';
import type { CleaningRule } from './clean.ts';

interface Kind {
  /** Stands in the text instead. */
  readonly placeholder: string;
  /** Bounded in all its parts: time is linear in the text. */
  readonly pattern: RegExp;
  /** Whether what the pattern found is one, where the form alone does not settle it. */
  readonly isOne?: (found: string) => boolean;
}

/**
 * The kinds of personal data that are found, in this order; what one has taken, the next does not see. A new kind is a row here.
 * NOTE Form only: names and addresses of people are not found.
 */
export const personalKinds = {
  credentials: {
    placeholder: '[CREDENTIALS]',
    pattern: /(?<=\b[a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@:]{1,100}:[^\s/@]{1,100}(?=@)/gi,
  },
  email: {
    placeholder: '[EMAIL]',
    pattern:
      /(?<![\w.%+-])[\w.%+-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,24}(?![a-z0-9-])/gi,
  },
  id: {
    placeholder: '[ID]',
    pattern: /(?<![\dA-Za-z])[1-9]\d{16}[\dXx](?![\dA-Za-z])/g,
    isOne: isResidentId,
  },
  card: {
    placeholder: '[CARD]',
    pattern: /(?<![\d.-])[3-6]\d{3}(?:[ -]?\d){9,15}(?![\d-])/g,
    isOne: (found) => isBankCard(found.replace(/\D/g, '')),
  },
  phone: {
    placeholder: '[PHONE]',
    pattern: new RegExp(
      [
        // Chinese mobile numbers, then those of a Chinese city.
        String.raw`(?<![\d.])(?:(?:\+|00)86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)`,
        String.raw`(?<![\d.-])(?:0\d{2,3}[ -]|\(0\d{2,3}\) ?)[2-9]\d{6,7}(?!\d)`,
        // With the code of a country: 8 to 15 digits (ITU-T E.164).
        String.raw`(?<![\d+])\+[1-9](?:[ .()-]{0,2}\d){7,14}(?!\d)`,
        // North America.
        String.raw`(?<![\d.-])(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])[2-9]\d{2}[ .-]\d{4}(?![\d-])`,
      ].join('|'),
      'g',
    ),
  },
  ip: {
    placeholder: '[IP]',
    pattern:
      /(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}(?!\.?\d)|(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:]))/gi,
    isOne: isAddress,
  },
} as const satisfies { readonly [kind: string]: Kind };

export type PersonalKind = keyof typeof personalKinds;

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/** First digits of provinces, autonomous regions and cities under the government, of Taiwan, Hong Kong and Macao, of foreigners. */
const PROVINCES = /^(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91)/;

/** A Chinese resident's number: province, a day that there was, check digit of ISO 7064 MOD 11-2 (GB 11643-1999). */
export function isResidentId(text: string): boolean {
  if (!/^\d{17}[\dXx]$/.test(text) || !PROVINCES.test(text)) return false;
  const [year, month, day] = [text.slice(6, 10), text.slice(10, 12), text.slice(12, 14)].map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  const isDay =
    date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!isDay || year < 1850) return false;
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * Number(text[i]), 0);
  return '10X98765432'[sum % 11] === text[17].toUpperCase();
}

/** 13 to 19 digits whose check digit is right (Luhn; ISO/IEC 7812-1), not all the same. */
export function isBankCard(digits: string): boolean {
  if (!/^\d{13,19}$/.test(digits) || /^(\d)\1*$/.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]) * (i % 2 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}

/**
 * NOTE Four single digits are mostly the number of a section, and `A::B` is code; the addresses of this machine say nothing of anybody.
 */
function isAddress(found: string): boolean {
  const kind = isIP(found);
  if (kind === 4) return !/^(?:127|0)\./.test(found) && /\d\d/.test(found);
  const groups = found.split(':').filter((group) => group !== '');
  return kind === 6 && (groups.length >= 3 || groups.some((group) => group.length >= 3 && /\d/.test(group)));
}

/** The text with a placeholder in the place of each piece of personal data; `count` is told each one's kind. */
export function maskPersonal(text: string, count: (kind: PersonalKind) => void = () => {}): string {
  let masked = text;
  for (const [kind, row] of Object.entries(personalKinds) as [PersonalKind, Kind][]) {
    masked = masked.replace(row.pattern, (found) => {
      if (row.isOne?.(found) === false) return found;
      count(kind);
      return row.placeholder;
    });
  }
  return masked;
}

/** Masks personal data and counts it by kind. */
export function personalRule(): CleaningRule {
  return {
    name: 'personal',
    label: {
      en: () => 'personal data masked (by form: no names, no addresses)',
      zh: () => '遮盖个人信息（按格式识别，不含姓名住址）',
    },
    apply: (text, _document, count) => maskPersonal(text, count),
  };
}
