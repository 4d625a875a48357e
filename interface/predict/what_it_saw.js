// "What it saw": a digit as picture, ink, crop and 28 × 28 image, four small pictures that are painted when the page has time.

import {bytesOf} from '../page/base64.js';
import {find} from '../page/dom.js';
import {cropTile, imageTile, pictureTile} from './tiles.js';

/** @import {Answer, Picture} from '../page/types.js' */

/**
 * Paints the tiles of one digit. It asks `newest` before it does: something newer may be there to paint.
 * @typedef {(newest: () => boolean) => Promise<void>} Paint
 */

const PAUSE = 100; // ms between two paintings, and what they then wait at most for a page that is never idle
const idle = window.requestIdleCallback ?? ((/** @type {() => void} */ act) => setTimeout(act));

export class WhatItSaw {
  /** @param {Element} root  the tab */
  constructor(root) {
    this.root = root;
    /** @type {Paint | null} what is to be painted next */
    this.next = null;
    this.waiting = false;
    /** When tiles were last painted, ms. */
    this.painted = 0;
  }

  /**
   * Paint what is newest when it is time to.
   * @param {Paint | null} paint  null: there is nothing to paint any more
   */
  paintSoon(paint) {
    this.next = paint;
    if (!paint || this.waiting) return;
    this.waiting = true;
    const wait = Math.max(0, this.painted + PAUSE - performance.now());
    setTimeout(() => idle(() => this.paint(), {timeout: PAUSE}), wait);
  }

  paint() {
    this.waiting = false;
    this.painted = performance.now();
    const paint = this.next;
    paint?.(() => this.next === paint).catch(() => {}); // what cannot be decoded is not painted
  }

  /**
   * What paints each digit of an answer.
   * @param {Answer} answer
   * @param {() => Picture} picture  gives what was read
   * @returns {(index: number) => Paint}
   */
  of(answer, picture) {
    /** @type {Promise<Picture | null> | null} */
    let decoding = null;
    return (index) => async (newest) => {
      decoding ??= decode(answer, picture());
      const ink = await decoding;
      if (ink && newest()) paintTiles(this.root, answer, index, picture(), ink);
    };
  }
}

/**
 * The ink, once it and the picture can be painted.
 * @param {Answer} answer
 * @param {Picture} picture
 * @returns {Promise<Picture | null>}
 */
async function decode(answer, picture) {
  const ink = typeof answer.ink === 'string' ? Object.assign(new Image(), {src: answer.ink}) : answer.ink;
  await Promise.all([ink, picture].map((one) => (one instanceof HTMLImageElement ? one.decode() : null)));
  return ink;
}

/**
 * @param {Element} root
 * @param {Answer} answer
 * @param {number} index  of the digit
 * @param {Picture} picture
 * @param {Picture} ink
 */
function paintTiles(root, answer, index, picture, ink) {
  /** @type {(name: string) => HTMLCanvasElement} */
  const tile = (name) => find(root, `[data-tile=${name}]`, HTMLCanvasElement);
  /** @type {(name: string, text: string) => void} */
  const note = (name, text) => {
    find(root, `[data-note=${name}]`, HTMLElement).textContent = text;
  };
  const digit = answer.digits[index];
  const several = answer.digits.length > 1;
  const [width, height] = answer.size;
  const [, , w, h] = digit.box;
  pictureTile(tile('picture'), picture, several ? digit.box : null, width);
  note('picture', `${width} × ${height} pixels`);
  pictureTile(tile('ink'), ink, null, width);
  cropTile(tile('crop'), ink, digit.box, width);
  note('ink', 'light on dark, paper gone');
  note('crop', several ? `${index + 1} of ${answer.digits.length}, ${w} × ${h}` : `${w} × ${h} pixels`);
  imageTile(find(root, '[data-testid=model-image]', HTMLCanvasElement), bytesOf(digit.image));
  note('image', 'scaled, centred by weight');
}
