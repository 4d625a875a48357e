// What teaching keeps in this browser, and the file of it that people export and import: drawings with their digits, no more.

import {bytesOf} from '../page/base64.js';

/** @import {Kept} from './types.js' */

const KEY = 'digits-hand';
const FORMAT = 'digits-hand 1';
const PIXELS = 784; // bytes of an image
const BASE64 = /^[A-Za-z0-9+/]{1046}==$/; // of so many bytes
const MOST_LETTERS = 400_000; // of a file; MOST drawings take 170,000

/** Drawings that are kept at most; teaching with as many takes a tenth of a second. */
export const MOST = 150;

const OTHER = 'This file was not exported here, or it is damaged; choose one that “Export my hand” made.';

/** @type {() => Kept} */
export const nothing = () => ({drawings: [], on: true, share: 1});

/** @type {(kept: Kept) => string} as text */
export function written({drawings, on, share}) {
  const labelled = drawings.map(({digit, image}) => ({digit, image: btoa(String.fromCharCode(...image))}));
  return JSON.stringify({format: FORMAT, on, share, drawings: labelled});
}

/**
 * What such a text says.
 * @param {string} text  from anywhere
 * @returns {Kept}
 * @throws {Error} a sentence, where it is anything else
 */
export function parsed(text) {
  if (text.length > MOST_LETTERS) throw new Error('This file is too large; choose one that “Export my hand” made.');
  const {format, drawings, on, share} = Object(json(text));
  if (format !== FORMAT || !Array.isArray(drawings)) throw new Error(OTHER);
  if (drawings.length > MOST) throw new Error(`This file has more than ${MOST} drawings; choose one that “Export my hand” made.`);
  return {
    drawings: drawings.map((one) => {
      const {digit, image} = Object(one);
      if (!Number.isInteger(digit) || digit < 0 || digit > 9 || typeof image !== 'string' || !BASE64.test(image)) throw new Error(OTHER);
      const bytes = bytesOf(image);
      if (bytes.length !== PIXELS || !bytes.some(Boolean)) throw new Error(OTHER);
      return {digit, image: bytes};
    }),
    on: on !== false,
    share: typeof share === 'number' && share >= 0 && share <= 1 ? share : 1,
  };
}

/** @type {(text: string) => unknown} */
function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(OTHER);
  }
}

/** @type {() => Kept} what this browser keeps; what else lies there counts as nothing */
export function stored() {
  try {
    return parsed(localStorage.getItem(KEY) ?? '');
  } catch {
    return nothing();
  }
}

/** @type {(kept: Kept) => boolean} whether this browser keeps it */
export function store(kept) {
  try {
    if (kept.drawings.length) localStorage.setItem(KEY, written(kept));
    else localStorage.removeItem(KEY);
    return true;
  } catch {
    return false;
  }
}
