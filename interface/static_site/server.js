// Takes the place of interface/predict/server.js in the page without a server: the same exports (checks.d.ts sees to it), answered
// by the page's reader. What only the app can do rejects with an Error that says so.

import {context2d} from '../page/dom.js';
import {sheet} from '../predict/strokes.js';
import {models} from '../reader/constants.js';
import {canRead, load, readImage as readBytes, read as readCanvas} from '../reader/reader.js';

/** @import {Answer, Stroke} from '../page/types.js' */

const [MODEL] = Object.keys(models);
export const model = () => MODEL;
export const LARGEST = 20 * 1024 * 1024; // bytes, as in the app

/** Resolves once the page can read; rejects with a sentence where it cannot. */
async function ready() {
  if (!canRead(MODEL)) throw new Error('This browser cannot run the network: it is too old, or WebAssembly is switched off.');
  try {
    await load(MODEL);
  } catch {
    throw new Error(
      'The network could not be loaded: a file of this page is missing, or WebAssembly is switched off. Please reload the page.',
    );
  }
}

/** @type {Answer} the answer to what the page's reader takes for no drawing */
const NOTHING = {
  text: '',
  verdict: 'not a digit',
  model: '',
  calibrated: true,
  size: [1, 1],
  digits: [],
  others: null,
  ink: null,
  picture: null,
};

/**
 * Read a drawing.
 * @param {Stroke[]} strokes
 * @param {AbortSignal} [_signal]  nothing is asked that could be aborted
 * @param {Answer | null} [pageAnswer]  what the page has read in it already
 * @returns {Promise<Answer>}
 */
export async function readDrawing(strokes, _signal, pageAnswer) {
  if (pageAnswer && !pageAnswer.brief) return pageAnswer;
  await ready();
  return (await readCanvas(MODEL, sheet(strokes))) ?? NOTHING;
}

/**
 * Read a picture file that is a drawing on plain paper, such as the examples.
 * @param {Blob} blob
 * @returns {Promise<Answer>} rejects for any other picture
 */
export async function read(blob) {
  await ready();
  const onlyInTheApp = new Error('Photos and larger pictures are read by the app; here you can draw.');
  const bitmap = blob.size <= LARGEST ? await createImageBitmap(blob).catch(() => null) : null;
  if (!bitmap) throw onlyInTheApp;
  const canvas = Object.assign(document.createElement('canvas'), {width: bitmap.width, height: bitmap.height});
  context2d(canvas).drawImage(bitmap, 0, 0);
  const answer = await readCanvas(MODEL, canvas);
  if (!answer) throw onlyInTheApp;
  return {...answer, picture: canvas.toDataURL()};
}
export const readSmall = read;

/**
 * Read one image exactly as it is.
 * @param {Uint8Array<ArrayBuffer>} bytes  28 × 28, 0 paper – 255 ink
 * @returns {Promise<Answer | null>}
 */
export async function readImage(bytes) {
  await ready();
  const answer = await readBytes(MODEL, bytes);
  const ink = answer?.ink;
  return answer && {...answer, picture: ink instanceof HTMLCanvasElement ? ink.toDataURL() : null};
}

/** @returns {Promise<never>} */
const onlyTheApp = () => Promise.reject(new Error('Only the app answers this.'));
export const why = onlyTheApp;
export const nearest = onlyTheApp;

/** @returns {Promise<string[]>} the file names of the examples */
export const examples = async () => (await fetch('examples/examples.json')).json();

/** @param {string} file  the name of an example */
export const exampleUrl = (file) => `examples/${encodeURIComponent(file)}`;
