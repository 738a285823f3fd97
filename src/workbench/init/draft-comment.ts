import type { AttributeFacts, ElementFacts } from '../../shop/attributes/attribute-facts.ts';
import { isCalendarDate } from '../../timestamp.ts';

const MOST_SAMPLES = 3;
const LONGEST_SAMPLE = 40;

/** Who an attribute speaks of: of goods anything may be shown, near persons only what cannot name one. */
export type Subject = 'goods' | 'person';

export interface Discretion {
  readonly subject: Subject;
  readonly soundsPersonal: boolean;
  readonly isMasked: boolean;
}

/** `Sales channel; 70 % of 200 orders have it`. */
export function attributeComment({ description, objects, assigned }: AttributeFacts, things: string): string {
  const share =
    objects === 0
      ? `no ${things} were looked at`
      : assigned === 0
        ? `none of ${objects} ${things} has it`
        : `${percent(assigned, objects)} of ${objects} ${things} have it`;
  return [description, share]
    .filter((part) => part !== undefined)
    .map(inOneLine)
    .join('; ');
}

/** What an element holds: a sample where that shows nobody, otherwise kind and length. */
export function elementComment(element: ElementFacts, discretion: Discretion): string {
  const what = holding(element, discretion);
  return [element.description, what]
    .filter((part) => part !== undefined)
    .map(inOneLine)
    .join(': ');
}

function holding(element: ElementFacts, discretion: Discretion): string {
  const { holds, values, isMultiChoice } = element;
  if (holds === 'image') return 'the URL of an image';
  if (holds === 'file') return 'the URL of a file';
  if (holds === 'boolean') return '1 or 0';
  if (holds === 'choice') {
    const what = isMultiChoice ? 'a choice of several' : 'a choice';
    if (values.length === 0) return what;
    return `${what}, such as ${samples(values.map(isMultiChoice ? quoted : shortened))}`;
  }
  if (values.length === 0) return 'a text, empty in the sample';
  return textHolding(values, discretion);
}

function textHolding(values: readonly string[], { subject, soundsPersonal, isMasked }: Discretion): string {
  const all = (test: (value: string) => boolean) => values.every(test);
  const isShown = subject === 'goods' && !soundsPersonal && !values.some(isContact);
  if (all((value) => /^#[0-9a-f]{3,8}$/i.test(value))) return `colours, such as ${samples(values)}`;
  if (all(isCalendarDate)) return isShown ? `dates, such as ${samples(values)}` : 'dates as YYYY-MM-DD';
  // Long numbers may be of a phone, an identity or a card, and those that begin with 0 are no numbers but codes.
  const isShortNumber = (value: string) => /^-?(0|[1-9]\d{0,5})(\.\d{1,4})?$/.test(value);
  if (all(isShortNumber) && !soundsPersonal) return `numbers as text, such as ${samples(values)}`;
  if (isShown) return `a text, such as ${samples(values.map(quoted))}`;
  const longest = Math.max(...values.map((value) => value.length));
  const digits = all((value) => /^\d+$/.test(value)) ? ', digits only' : '';
  const reminder = isMasked ? '' : '; see that it names nobody';
  return `a text of up to ${longest} characters${digits}${reminder}`;
}

/** An address of mail or a number to call, wherever it stands. */
function isContact(value: string): boolean {
  return /\S@\S/.test(value) || (!isCalendarDate(value) && /\+?\d[\d\s()/-]{6,}\d/.test(value));
}

function samples(values: readonly string[]): string {
  const shown = values.slice(0, MOST_SAMPLES).map(inOneLine).join(', ');
  return values.length > MOST_SAMPLES ? `${shown}, …` : shown;
}

function quoted(text: string): string {
  return `“${shortened(text)}”`;
}

function shortened(text: string): string {
  const characters = [...inOneLine(text)];
  return characters.length <= LONGEST_SAMPLE
    ? characters.join('')
    : `${characters.slice(0, LONGEST_SAMPLE).join('')}…`;
}

/** A comment must not end before its line does, whatever the shop wrote. */
export function inOneLine(text: string): string {
  return text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
}

export function percent(part: number, whole: number): string {
  if (whole === 0) return '–';
  const share = (100 * part) / whole;
  if (share > 0 && share < 1) return '<1 %';
  return `${share > 99 && share < 100 ? 99 : Math.round(share)} %`;
}
