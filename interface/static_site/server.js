// Takes the place of interface/predict/server.js in the page without a server: the same exports (checks.d.ts sees to it), answered
// by the page's reader. What only the app can do rejects with an Error that says so.

import {bytesOf} from '../page/base64.js';
import {pixels} from '../page/strokes.js';
import {models, normalization, pictures} from '../reader/constants.js';
import {canRead, explain, load, opinion, readImage as readBytes, read as readCanvas, readPicture} from '../reader/reader.js';

/** @import {Answer, Stroke} from '../page/types.js' */

/** @type {boolean} */
export const ALONE = true;

/** The name of the model that is chosen. */
export function model() {
  const picker = document.querySelector('select[data-testid=model]');
  return picker instanceof HTMLSelectElement ? picker.value : Object.keys(models)[0];
}
export const LARGEST = pictures.MAX_BYTES;
const SIZE = normalization.SIDE ** 2; // bytes of an image
const [LARGE, SMALL] = [1200, 120]; // px, the longer side of a picture that is shown: for the pad, for a row of a table

/**
 * The model that is chosen, once the page can read with it; rejects with a sentence where it cannot.
 * @returns {Promise<string>}
 */
async function ready() {
  const name = model();
  if (!canRead(name)) throw new Error('This browser cannot run the network: it is too old, or WebAssembly is switched off.');
  try {
    await load(name);
  } catch {
    throw new Error(
      'The network could not be loaded: a file of this page is missing, or WebAssembly is switched off. Please reload the page.',
    );
  }
  return name;
}

/**
 * Read a drawing.
 * @param {Stroke[]} strokes
 * @param {AbortSignal} [_signal]  nothing is asked that could be aborted
 * @param {Answer | null} [pageAnswer]  what the page has read in it already
 * @returns {Promise<Answer>}
 */
export async function readDrawing(strokes, _signal, pageAnswer) {
  if (pageAnswer && !pageAnswer.brief) return withOpinion(pageAnswer);
  return withOpinion(await readCanvas(await ready(), pixels(strokes)));
}

/**
 * The answer with what another model says of the same images: the 1990s recipe of the default's answer, the default of any other's.
 * @param {Answer} answer
 * @returns {Promise<Answer>}
 */
async function withOpinion(answer) {
  const [first, second] = Object.keys(models);
  const other = answer.model === first ? second : first;
  if (!other || !answer.digits.length) return answer;
  const images = new Uint8Array(SIZE * answer.digits.length);
  answer.digits.forEach(({image}, at) => {
    images.set(bytesOf(image), SIZE * at);
  });
  const found = await opinion(other, images).catch(() => null);
  return Object.assign(answer, {others: found ? [{model: other, ...found}] : null});
}

/**
 * Read a picture file, to show it large.
 * @param {Blob} file
 * @returns {Promise<Answer>}
 */
export const read = async (file) => withOpinion(await readPicture(await ready(), file, LARGE));

/**
 * Read one of many picture files, for a table.
 * @param {Blob} file
 * @returns {Promise<Answer>}
 */
export const readSmall = async (file) => readPicture(await ready(), file, SMALL);

/**
 * Read one image exactly as it is.
 * @param {Uint8Array<ArrayBuffer>} bytes  28 × 28, 0 paper – 255 ink
 * @returns {Promise<Answer>}
 */
export async function readImage(bytes) {
  const answer = await readBytes(await ready(), bytes);
  const {ink} = answer;
  return withOpinion(Object.assign(answer, {picture: ink instanceof HTMLCanvasElement ? ink.toDataURL() : null}));
}

/**
 * Which ink of an image spoke for the answer and which against.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {string} name  of the model that answered
 */
export const why = (bytes, name) => explain(name, bytes);

/**
 * The training digits nearest to an image: 55,000 of them do not travel with the page.
 * @returns {Promise<never>}
 */
export const nearest = () => Promise.reject(new Error('Only the app answers this.'));

/** @returns {Promise<string[]>} the file names of the examples */
export const examples = async () => (await fetch('examples/examples.json')).json();

/** @param {string} file  the name of an example */
export const exampleUrl = (file) => `examples/${encodeURIComponent(file)}`;
