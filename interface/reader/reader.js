// The page's own reader: asks worker.js, which holds the network.

import {models, runtime} from './constants.js';

/** Whether a page here can read with the model of that name. */
export const can = (name) => runtime.there && name in models && Boolean(window.Worker && window.DecompressionStream);

let worker = null;
let asked = 0;
const waiting = new Map(); // by number: what is to be told the answer

function ask(message, transfer = []) {
  if (!worker) {
    worker = new Worker(new URL('worker.js', import.meta.url));
    worker.onmessage = ({data: {id, reading, error}}) => {
      const {resolve, reject} = waiting.get(id);
      waiting.delete(id);
      if (error) reject(new Error(error));
      else resolve(reading);
    };
    worker.onerror = () => {
      // it cannot run here
      for (const {reject} of waiting.values()) reject(new Error('Drawings cannot be read in this browser.'));
      waiting.clear();
    };
  }
  return new Promise((resolve, reject) => {
    waiting.set(++asked, {resolve, reject});
    worker.postMessage({id: asked, ...message}, transfer);
  });
}

/** Resolves once the model of that name is ready to read. */
export const load = (model) => ask({model});

/** What a canvas holds, as an answer (answer.js names its fields); null for what only Python reads: see ink.js. brief: without
 *  the cutting of what may be several digits that touch; where that is left out, the answer's `brief` is true. */
export async function read(model, canvas, brief = false) {
  const {width, height} = canvas;
  const picture = canvas.getContext('2d').getImageData(0, 0, width, height);
  return answer(model, await ask({model, brief, picture: {data: picture.data, width, height}}, [picture.data.buffer]), [width, height]);
}

/** 28 × 28 bytes as the image a network sees. */
export const readImage = async (model, bytes) => answer(model, await ask({model, bytes}), [28, 28]);

function answer(model, reading, size) {
  if (!reading) return reading;
  let canvas = null;
  return {
    ...reading,
    model,
    calibrated: true,
    size,
    picture: null,
    others: null,
    get ink() {
      return (canvas ??= reading.ink && drawn(reading.ink));
    }, // drawn where somebody sees it: not for each move of a pen
  };
}

/** Ink as a canvas, light on dark. */
function drawn({data, width, height}) {
  const canvas = Object.assign(document.createElement('canvas'), {width, height});
  const context = canvas.getContext('2d');
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = 0xff000000 | (data[i] * 0x010101); // a whole grey pixel at once
  context.putImageData(image, 0, 0);
  return canvas;
}
