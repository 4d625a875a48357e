// The files of model/inside.py in the page: `testMap` and `head`, each fetched once when it is first wanted.

import {inside, inside_files} from '../reader/constants.js';

/** @import {Head, TestMap} from './types.js' */

/** @typedef {[name: string, dtype: string, shape: number[]][]} Layout */
/** @typedef {{new (buffer: ArrayBuffer): ArrayBufferView, BYTES_PER_ELEMENT: number}} Numbers */

/** @type {Record<string, Numbers>} NumPy's names, without the order of bytes: every browser here is little endian */
const KINDS = {f4: Float32Array, u2: Uint16Array, u1: Uint8Array, i1: Int8Array};

/** @type {Record<string, Promise<ArrayBuffer>>} by name */
const fetched = {};

/** @type {() => Promise<TestMap>} */
export const testMap = async () => /** @type {any} */ (unpack(await file('map.bin'), inside.MAP_LAYOUT));

/** @type {() => Promise<Head>} */
export const head = async () => /** @type {any} */ (unpack(await file('head.bin'), inside.HEAD_LAYOUT));

/**
 * @param {string} name
 * @returns {Promise<ArrayBuffer>}
 */
function file(name) {
  fetched[name] ??= load(name).catch((error) => {
    delete fetched[name];
    throw error;
  });
  return fetched[name];
}

/** @param {string} name */
async function load(name) {
  const response = await fetch(new URL(`../../../engine/${inside_files[name]}`, import.meta.url)).catch(() => null);
  if (!response?.ok) throw new Error('A file of this page could not be loaded. Please try again.');
  return response.arrayBuffer();
}

/**
 * The arrays of a file, by name.
 * @param {ArrayBuffer} content
 * @param {Layout} layout
 */
export function unpack(content, layout) {
  let at = 0;
  return Object.fromEntries(
    layout.map(([name, dtype, shape]) => {
      const Kind = KINDS[dtype.slice(1)];
      const from = at;
      at += Kind.BYTES_PER_ELEMENT * shape.reduce((product, side) => product * side, 1);
      return [name, new Kind(content.slice(from, at))];
    }),
  );
}
