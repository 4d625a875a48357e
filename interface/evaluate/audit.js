// The audit's gallery: each suspect is kept, relabelled or dropped, by mouse or keyboard, and every step can be undone. Nothing is
// changed but what a person decides; the server makes the corrected set of these decisions.

import {find, findAll} from '../page/dom.js';
import {share} from '../page/percent.js';

/**
 * label: the new one, for "relabel" alone.
 * @typedef {{action: 'keep' | 'relabel' | 'drop', label: number | null}} Decision
 */

/** @type {WeakMap<Element, Audit>} */
const audits = new WeakMap();

/**
 * Make every gallery of suspects below `root` answer.
 * @param {Element} root
 */
export function connectAudits(root) {
  for (const element of findAll(root, '[data-suspects]', HTMLElement)) if (!audits.has(element)) audits.set(element, new Audit(element));
}

/**
 * The decisions of the audit around `inside`, as the server takes them.
 * @param {Element} inside
 * @returns {[index: number, action: string, label: number | null][]}
 */
export function decisions(inside) {
  const audit = audits.get(inside.closest('[data-suspects]') ?? inside);
  return audit ? [...audit.decided].map(([tile, {action, label}]) => [Number(tile.dataset.index), action, label]) : [];
}

class Audit {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    this.tiles = findAll(element, '.suspect', HTMLButtonElement);
    /** @type {Map<HTMLButtonElement, Decision>} */
    this.decided = new Map();
    /** @type {[tile: HTMLButtonElement, before: Decision | undefined][]} what each step replaced, the newest last */
    this.steps = [];
    element.addEventListener('keydown', (event) => this.pressed(event));
    element.addEventListener('click', (event) => {
      const target = event.target instanceof Element ? event.target : null;
      const tile = target?.closest('.suspect');
      if (target?.closest('[data-undo]')) this.undo();
      else if (tile instanceof HTMLButtonElement) this.focus(tile);
    });
    this.show();
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (event.altKey || ((event.ctrlKey || event.metaKey) && event.key !== 'z')) return;
    const tile = event.target instanceof Element ? event.target.closest('.suspect') : null;
    if (event.key === 'u' || event.key === 'z') this.undo();
    else if (tile instanceof HTMLButtonElement && !this.act(tile, event.key)) return;
    else if (!tile) return;
    event.preventDefault();
  }

  /**
   * What a key does on a suspect.
   * @param {HTMLButtonElement} tile
   * @param {string} key
   * @returns {boolean}  whether it does anything
   */
  act(tile, key) {
    const to = this.tiles[this.tiles.indexOf(tile) + this.stride(key)];
    const suggested = tile.dataset.suggested;
    if (this.stride(key)) to && this.focus(to);
    else if (key === 'k') this.decide(tile, {action: 'keep', label: null});
    else if (key === 'd') this.decide(tile, {action: 'drop', label: null});
    else if (key === 'r' && suggested) this.decide(tile, {action: 'relabel', label: Number(suggested)});
    else if (/^[0-9]$/.test(key)) this.decide(tile, {action: 'relabel', label: Number(key)});
    else return false;
    return true;
  }

  /** @type {(key: string) => number} how far an arrow leads, in tiles */
  stride(key) {
    const row = this.tiles.findIndex((tile) => tile.getBoundingClientRect().top > this.tiles[0].getBoundingClientRect().top);
    const columns = row > 0 ? row : this.tiles.length;
    return {ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns}[key] ?? 0;
  }

  /** @param {HTMLButtonElement} tile */
  focus(tile) {
    for (const other of this.tiles) other.tabIndex = other === tile ? 0 : -1;
    tile.focus();
  }

  /**
   * Note a decision and go on to the next suspect.
   * @param {HTMLButtonElement} tile
   * @param {Decision} decision
   */
  decide(tile, decision) {
    this.steps.push([tile, this.decided.get(tile)]);
    this.decided.set(tile, decision);
    const next = this.tiles[this.tiles.indexOf(tile) + 1];
    if (next) this.focus(next);
    this.show();
  }

  undo() {
    const step = this.steps.pop();
    if (!step) return;
    const [tile, before] = step;
    if (before) this.decided.set(tile, before);
    else this.decided.delete(tile);
    this.focus(tile);
    this.show();
  }

  show() {
    for (const tile of this.tiles) {
      const decision = this.decided.get(tile);
      tile.dataset.settled = decision?.action ?? '';
      find(tile, '[data-verdict]', HTMLElement).textContent = decision ? words(decision) : '';
    }
    const [right, n] = this.after();
    const {right: before, n: all} = this.element.dataset;
    find(this.element, '[data-settled]', HTMLElement).textContent = `${this.decided.size} of ${this.tiles.length} settled.`;
    find(this.element, '[data-accuracy]', HTMLElement).textContent =
      `Accuracy as it came ${share(Number(before), Number(all))}, with your decisions ${share(right, n)}.`;
    for (const name of ['undo', 'corrected']) {
      const button = this.element.querySelector(`[data-${name}]`);
      if (button instanceof HTMLButtonElement) button.disabled = name === 'undo' ? !this.steps.length : !this.decided.size;
    }
  }

  /** @returns {[right: number, n: number]} of the pictures that stay */
  after() {
    let [right, n] = [Number(this.element.dataset.right), Number(this.element.dataset.n)];
    for (const [tile, {action, label}] of this.decided) {
      const [old, answer] = [Number(tile.dataset.label), Number(tile.dataset.answer)];
      if (action === 'drop') n -= 1;
      if (action !== 'keep' && old === answer) right -= 1;
      if (action === 'relabel' && label === answer) right += 1;
    }
    return [right, n];
  }
}

/** @type {(decision: Decision) => string} */
const words = ({action, label}) => ({keep: 'kept', relabel: `now ${label}`, drop: 'dropped'})[action];
