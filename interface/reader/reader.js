// Reads drawings in the page, without a server: `canRead`, `load`, `read` and `readImage` ask worker.js, which holds the networks.

import {context2d} from '../page/dom.js';
import {models, runtime} from './constants.js';

/** @import {Answer} from '../page/types.js' */
/** @import {Ink, Reading, ReaderAnswer, ReaderRequest} from './types.js' */

/**
 * Whether a page here can read with the model of that name.
 * @param {string} name
 */
export const canRead = (name) => runtime.there && name in models && Boolean(window.Worker && window.DecompressionStream);

/** @type {Worker | null} */
let worker = null;
let asked = 0;
/** @type {Map<number, {resolve: (reading: Reading | null) => void, reject: (error: Error) => void}>} who waits, by request */
const waiting = new Map();

/**
 * Load a model. Resolves once it is ready to read.
 * @param {string} model
 * @returns {Promise<unknown>} rejects with an Error where it cannot be loaded
 */
export const load = (model) => ask({model});

/**
 * Read a drawing.
 * @param {string} model
 * @param {HTMLCanvasElement} canvas  opaque
 * @param {boolean} [brief]  without the cutting of what may be several digits that touch; where that is left out, the answer is `brief`
 * @returns {Promise<Answer | null>} null for what only Python reads (segmentation/ink.js); rejects with an Error as `load` does
 */
export async function read(model, canvas, brief = false) {
  const {width, height} = canvas;
  const {data} = context2d(canvas).getImageData(0, 0, width, height);
  const reading = await ask({model, brief, picture: {data, width, height}}, [data.buffer]);
  return reading && asAnswer(model, reading, [width, height]);
}

/**
 * Read one image exactly as it is.
 * @param {string} model
 * @param {Uint8Array<ArrayBuffer>} bytes  28 × 28, 0 paper – 255 ink
 * @returns {Promise<Answer | null>} rejects with an Error as `load` does
 */
export async function readImage(model, bytes) {
  const reading = await ask({model, bytes});
  return reading && asAnswer(model, reading, [28, 28]);
}

/**
 * @param {Omit<ReaderRequest, 'id'>} message
 * @param {Transferable[]} [transfer]
 * @returns {Promise<Reading | null>}
 */
function ask(message, transfer = []) {
  worker ??= start();
  const reader = worker;
  asked += 1;
  const id = asked;
  return new Promise((resolve, reject) => {
    waiting.set(id, {resolve, reject});
    reader.postMessage({id, ...message}, transfer);
  });
}

/** The worker, whose answers go to who waits for them. */
function start() {
  const started = new Worker(new URL('worker.js', import.meta.url));
  started.onmessage = (/** @type {MessageEvent<ReaderAnswer>} */ {data: {id, reading = null, error}}) => {
    const asker = waiting.get(id);
    waiting.delete(id);
    if (error !== undefined) asker?.reject(new Error(error));
    else asker?.resolve(reading);
  };
  started.onerror = () => {
    // it cannot run here
    for (const {reject} of waiting.values()) reject(new Error('Drawings cannot be read in this browser.'));
    waiting.clear();
  };
  return started;
}

/**
 * A reading with what the page knows of it.
 * @param {string} model
 * @param {Reading} reading
 * @param {[width: number, height: number]} size  of what was read, px
 * @returns {Answer}
 */
function asAnswer(model, reading, size) {
  /** @type {HTMLCanvasElement | null} */
  let canvas = null;
  return {
    ...reading,
    model,
    calibrated: true,
    size,
    picture: null,
    others: null,
    // drawn where somebody sees it, not for each move of a pen
    get ink() {
      canvas ??= reading.ink && drawn(reading.ink);
      return canvas;
    },
  };
}

/**
 * Ink as a canvas, light on dark.
 * @param {Ink} ink
 */
function drawn({data, width, height}) {
  const canvas = Object.assign(document.createElement('canvas'), {width, height});
  const context = context2d(canvas);
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = 0xff000000 | (data[i] * 0x010101); // a whole grey pixel at once
  context.putImageData(image, 0, 0);
  return canvas;
}
