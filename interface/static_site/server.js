// In the place of the app's server.js: the same questions, answered on this page. What only the app can do says so.

import {models} from '../reader/constants.js';
import {canRead, load, read as readCanvas, readImage as readBytes} from '../reader/reader.js';
import {sheet} from '../predict/strokes.js';

const [MODEL] = Object.keys(models);
export const model = () => MODEL;
export const LARGEST = 20 * 1024 * 1024; // bytes, as in the app

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

/** A drawing: a list of strokes; own: what this page has read in it already. */
export async function readDrawing(strokes, signal, own) {
  if (own && !own.brief) return own;
  await ready();
  return (await readCanvas(MODEL, sheet(strokes))) ?? {text: '', verdict: 'not a digit', size: [1, 1], digits: [], others: null, ink: null};
}

/** A picture file that is a drawing on plain paper, such as the examples. */
export async function read(blob) {
  await ready();
  const elsewhere = new Error('Photos and larger pictures are read by the app; here you can draw.');
  const bitmap = blob.size <= LARGEST ? await createImageBitmap(blob).catch(() => null) : null;
  if (!bitmap) throw elsewhere;
  const canvas = Object.assign(document.createElement('canvas'), {width: bitmap.width, height: bitmap.height});
  canvas.getContext('2d').drawImage(bitmap, 0, 0);
  const answer = await readCanvas(MODEL, canvas);
  if (!answer) throw elsewhere;
  return {...answer, picture: canvas.toDataURL()};
}
export const readSmall = read;

/** 28 × 28 bytes as the image a network sees. */
export async function readImage(bytes) {
  await ready();
  const answer = await readBytes(MODEL, bytes);
  const canvas = answer.ink;
  return {...answer, picture: canvas.toDataURL()};
}

const notHere = () => Promise.reject(new Error('Only the app answers this.'));
export const why = notHere,
  nearest = notHere;

export const examples = async () => (await fetch('examples/examples.json')).json();
export const exampleUrl = (file) => `examples/${encodeURIComponent(file)}`;
