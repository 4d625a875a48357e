// Renders the templates that templates.py has translated from Jinja2: `render`. Below are the names that the translations call, as j.

import {templates} from './templates.js';

/**
 * A scope: names and their values, those of the scopes around it behind them.
 * @typedef {Record<string, any>} Scope
 */

/** HTML, which is not escaped again. */
export class Markup {
  /** @param {string} html */
  constructor(html) {
    this.html = html;
  }
  toString() {
    return this.html;
  }
}

/**
 * The HTML of a template with these values. What is not Markup is escaped.
 * @param {string} name  such as headline.html
 * @param {Scope} values
 * @returns {Markup}
 */
export const render = (name, values) => {
  const {html} = templates[name](j, Object.assign(Object.create({range}), values));
  return new Markup(html.trim());
};

/** @type {(n: number) => number[]} */
const range = (n) => Array.from({length: n}, (_, at) => at);

/** @type {Record<string, string>} */
const ENTITIES = {'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;'};
const UNDEFINED = '–';

/** @type {(value: number, decimals: number) => string} as Python writes it: a half goes to the even digit */
export function fixed(value, decimals) {
  const scaled = value * 10 ** decimals;
  const down = Math.floor(scaled);
  if (scaled - down === 0.5 && scaled / 10 ** decimals === value) return ((down % 2 ? down + 1 : down) / 10 ** decimals).toFixed(decimals);
  return value.toFixed(decimals);
}
/** @type {(value: number | null, decimals?: number) => string} */
export const percent = (value, decimals = 2) => (value == null ? UNDEFINED : `${fixed(100 * value, decimals)} %`);
/** @type {(n: number) => string} */
export const thousands = (n) => n.toLocaleString('en');
/** @type {(n: number, word: string) => string} */
export const plural = (n, word) => `${thousands(n)} ${word}${n === 1 ? '' : 's'}`;

/** The filters of evaluation/formatting.py, and those of Jinja2 that the templates use. */
const filters = {
  percent,
  thousands,
  plural,
  /** @type {(limits: [number, number] | null, decimals?: number) => string} */
  interval: (limits, decimals = 2) =>
    limits == null ? UNDEFINED : `${fixed(100 * limits[0], decimals)}–${fixed(100 * limits[1], decimals)}`,
  /** @type {(value: number | null, decimals: number) => string} */
  number: (value, decimals) => (value == null ? UNDEFINED : fixed(value, decimals)),
  /** @type {(value: {length: number} | object) => number} */
  length: (value) => ('length' in value ? value.length : Object.keys(value).length),
  /** @type {(values: number[]) => number} */
  sum: (values) => values.reduce((total, value) => total + value, 0),
  /** @type {(text: unknown, from: string, to: string) => string} */
  replace: (text, from, to) => String(text).replaceAll(from, to),
  /** @type {(value: unknown) => string} */
  string: (value) => String(value),
  int: Number,
  /** @type {(values: Scope[], name: string) => Scope[]} those that have it */
  selectattr: (values, name) => values.filter((value) => truthy(value[name])),
  /** @type {(values: any[]) => any[]} */
  list: (values) => values,
  round: Math.round,
  /** @type {(parts: unknown[]) => Markup} */
  join: (parts) => joined(parts.map((part) => new Markup(escaped(part)))),
  /** @type {(value: unknown) => Markup} */
  safe: (value) => new Markup(String(value)),
};

/** @type {(value: unknown) => string} */
function escaped(value) {
  return value instanceof Markup ? value.html : String(value).replace(/[&<>"']/g, (letter) => ENTITIES[letter]);
}

/** @type {(parts: unknown[]) => any} one text; HTML where any part is */
function joined(parts) {
  return parts.some((part) => part instanceof Markup) ? new Markup(parts.map(escaped).join('')) : parts.map(String).join('');
}

/** @type {(value: any) => boolean} as in Python: what is empty is not true */
function truthy(value) {
  if (value instanceof Markup) return value.html !== '';
  if (Array.isArray(value)) return value.length > 0;
  return typeof value === 'object' && value ? Object.keys(value).length > 0 : Boolean(value);
}

/** @type {Record<string, any>} */
const j = {
  filters,
  escaped,
  joined,
  truthy,
  /** @type {(left: any, right: any) => any} as Python adds: lists are joined */
  sum: (left, right) => (Array.isArray(left) ? [...left, ...right] : left + right),
  /** @type {(html: string) => Markup} */
  markup: (html) => new Markup(html),
  /** @type {(values: any) => [number, any, any[]][]} */
  each: (values) => {
    const all = Array.isArray(values) ? values : [...values];
    return all.map((one, at) => [at, one, all]);
  },
  /** @type {(outer: Scope, at: number, all: any[]) => Scope} */
  loop: (outer, at, all) =>
    Object.assign(Object.create(outer), {loop: {index: at + 1, index0: at, first: !at, last: at === all.length - 1}}),
  /** @type {(s: Scope, name: string) => any} */
  named: (s, name) => {
    if (!(name in s)) throw new Error(`The template has no ${name}.`);
    return s[name];
  },
  /** @type {(value: any, name: string | number) => any} */
  attribute: (value, name) => {
    if (value == null || value[name] === undefined) throw new Error(`There is no ${name}.`);
    return value[name];
  },
  /** @type {(value: any, name: string, given: any[]) => any} */
  method: (value, name, given) => {
    if (name === 'items') return Object.entries(value);
    if (name === 'get') return value[given[0]] ?? null;
    if (name === 'startswith') return value.startsWith(given[0]);
    if (name === 'format' && value === '{:+d}') return `${given[0] < 0 ? '' : '+'}${given[0]}`;
    throw new Error(`There is no method ${name}.`);
  },
  /** @type {(s: Scope, names: string[], defaults: any[], body: (s: Scope) => Markup) => Function} */
  macro: (s, names, defaults, body) => {
    const optional = names.length - defaults.length;
    return (/** @type {any[]} */ given, /** @type {Scope} */ named, /** @type {Function | null} */ caller) => {
      const inside = Object.create(s);
      names.forEach((name, at) => {
        inside[name] = at < given.length ? given[at] : name in named ? named[name] : defaults[at - optional];
      });
      if (caller) inside.caller = caller;
      return body(inside);
    };
  },
  /** @type {(called: any, given: any[], named: Scope, caller: Function | null) => any} */
  called: (called, given, named, caller) => (called === range ? range(given[0]) : called(given, named, caller)),
  /** @type {(s: Scope, template: string, names: string[]) => void} macros of another template */
  take: (s, template, names) => {
    const other = Object.create({range});
    templates[template](j, other);
    for (const name of names) s[name] = other[name];
  },
  /** @type {(template: string, s: Scope) => Markup} */
  included: (template, s) => templates[template](j, Object.create(s)),
  /** @type {(all: any, one: any) => boolean} */
  contains: (all, one) => (Array.isArray(all) || typeof all === 'string' ? all.includes(one) : one in all),
  /** @type {(left: any, right: () => any) => any} */
  both: (left, right) => (truthy(left) ? right() : left),
  /** @type {(left: any, right: () => any) => any} */
  either: (left, right) => (truthy(left) ? left : right()),
};
