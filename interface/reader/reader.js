// Reads drawings and pictures in the page, without a server: `canRead`, `load`, `read`, `readPicture` and `readImage` ask worker.js, which
// holds the networks.

import {context2d} from '../page/dom.js';
import {models, runtime} from './constants.js';

/** @import {Answer} from '../page/types.js' */
/** @import {Ink, InsideAnswer, InsideRequest, Reading, ReaderAnswer, ReaderRequest, SeenPicture} from './types.js' */

/**
 * Whether a page here can read with the model of that name.
 * @param {string} name
 */
export const canRead = (name) => runtime.there && (name in models || own.has(name)) && Boolean(window.Worker && window.DecompressionStream);

/** @type {Map<string, {file: ArrayBuffer, drawings: Uint8Array, sha256: string}>} models that the visitor has brought, by name */
export const own = new Map();

/**
 * Take a visitor's model.
 * @param {string} name  for `load` and the others
 * @param {{file: ArrayBuffer, drawings: Uint8Array, sha256: string}} model  drawings: labelled ones, 784 bytes each, then their labels
 * @returns {Promise<string>} which input it expects, in words; rejects with an Error, a sentence, where it is no model for digits
 */
export async function bring(name, model) {
  own.set(name, model);
  try {
    return (await drawings.ask({model: name})).note ?? '';
  } catch (error) {
    own.delete(name);
    throw error;
  }
}

/** A worker that starts when it is first asked, and who waits for its answers. */
class Asked {
  /** @type {Worker | null} */
  worker = null;
  count = 0;
  /** @type {Map<number, {resolve: (answer: ReaderAnswer) => void, reject: (error: Error) => void}>} by request */
  waiting = new Map();
  /** @type {Set<string>} the visitor's models that it has */
  sent = new Set();

  /**
   * @param {Omit<ReaderRequest, 'id'>} message
   * @param {Transferable[]} [transfer]
   * @returns {Promise<ReaderAnswer>}
   */
  ask(message, transfer = []) {
    this.worker ??= this.start();
    const {worker} = this;
    this.count += 1;
    const id = this.count;
    return new Promise((resolve, reject) => {
      const brought = this.sent.has(message.model) ? undefined : own.get(message.model);
      if (brought) this.sent.add(message.model);
      this.waiting.set(id, {
        resolve,
        reject: (error) => {
          if (brought) this.sent.delete(message.model); // it is sent again, or another of that name
          reject(error);
        },
      });
      worker.postMessage({id, ...message, ...(brought && {own: brought.file, drawings: brought.drawings})}, transfer);
    });
  }

  start() {
    const started = window.startedReader ?? new Worker(new URL('worker.js', import.meta.url));
    delete window.startedReader; // the first one's
    started.onmessage = (/** @type {MessageEvent<ReaderAnswer>} */ {data}) => {
      const asker = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if (data.error !== undefined) asker?.reject(new Error(data.error));
      else asker?.resolve(data);
    };
    started.onerror = () => {
      // it cannot run here; the next question tries a new one
      started.terminate();
      if (this.worker === started) this.worker = null;
      this.sent.clear();
      for (const {reject} of this.waiting.values()) reject(new Error('Drawings cannot be read in this browser.'));
      this.waiting.clear();
    };
    return started;
  }
}

/**
 * Which ink of an image spoke for the answer and which against.
 * @param {string} model
 * @param {Uint8Array<ArrayBuffer>} bytes  28 × 28
 * @returns {Promise<import('./types.js').Saliency | null>}
 */
export const explain = async (model, bytes) => (await files.ask({model, bytes, why: true})).saliency ?? null;

/**
 * What another model reads in the same images.
 * @param {string} model
 * @param {Uint8Array<ArrayBuffer>} images  784 bytes each
 */
export const opinion = async (model, images) => (await files.ask({model, images, opinion: true})).opinion ?? null;

/** A worker of its own for a run over many images or files, until it ends. */
export class Run {
  asked = new Asked();
  ended = false;

  /**
   * @param {string} model
   */
  constructor(model) {
    this.model = model;
  }

  /**
   * Never settles once the run has ended, like what was under way then: no new worker starts.
   * @param {Pick<ReaderRequest, 'images' | 'file' | 'audited'>} message
   * @returns {Promise<ReaderAnswer>}
   */
  ask(message) {
    return this.ended ? new Promise(() => {}) : this.asked.ask({model: this.model, ...message});
  }

  /**
   * The ten probabilities of images.
   * @param {Uint8Array<ArrayBuffer>} images  784 bytes each
   * @returns {Promise<number[][]>}
   */
  async probabilities(images) {
    return (await this.judged(images)).probabilities;
  }

  /**
   * The same, and that each is no digit.
   * @param {Uint8Array<ArrayBuffer>} images  784 bytes each
   * @returns {Promise<{probabilities: number[][], none: number[]}>}
   */
  async judged(images) {
    const {probabilities = [], none = []} = await this.ask({images});
    return {probabilities, none};
  }

  /**
   * The reading of a picture file.
   * @param {Blob} file
   * @returns {Promise<Reading>} rejects with an Error, a sentence where it is no picture that can be read
   */
  async read(file) {
    const {reading} = await this.ask({file});
    if (!reading) throw new Error('Nothing was read.');
    return reading;
  }

  /**
   * What an audit of labels sees in a picture file; reading: null of an image; note: what of the file was not read, '' for nothing.
   * @param {Blob} file
   * @returns {Promise<{seen: SeenPicture, reading: Reading | null, note: string}>} rejects as `read` does
   */
  async seen(file) {
    const {seen, reading = null, note = ''} = await this.ask({file, audited: true});
    if (!seen) throw new Error('Nothing was read.');
    return {seen, reading, note};
  }

  /** Stop, whatever is under way. */
  end() {
    this.ended = true;
    this.asked.worker?.terminate();
  }
}

// three, so that who draws never waits behind files, or behind what takes long inside the network
const drawings = new Asked();
const files = new Asked();
const insides = new Asked();

/**
 * What happens inside `cnn` for an image.
 * @param {InsideRequest} asked
 * @returns {Promise<InsideAnswer>} rejects with an Error where the network cannot be loaded
 */
export async function inside(asked) {
  const {inside: found} = await insides.ask({model: '', inside: asked});
  if (!found) throw new Error('Nothing was found.');
  return found;
}

/**
 * Load a model. Resolves once it is ready to read.
 * @param {string} model
 * @returns {Promise<unknown>} rejects with an Error where it cannot be loaded
 */
export const load = (model) => drawings.ask({model});

/**
 * Read a drawing.
 * @param {string} model
 * @param {ImageData} drawing  opaque; its pixels go to the worker
 * @param {boolean} [brief]  without the cutting of what may be several digits that touch; where that is left out, the answer is `brief`
 * @returns {Promise<Answer>} rejects with an Error as `load` does
 */
export async function read(model, {data, width, height}, brief = false) {
  const {reading} = await drawings.ask({model, brief, picture: {data, width, height}}, [data.buffer]);
  return asAnswer(model, reading, [width, height]);
}

/**
 * Read a drawing, as `read` does briefly, and what happens inside `cnn` for its first digit: one message, so that it follows the pen.
 * @param {ImageData} drawing
 * @param {boolean} moving  the pen still moves: read at one look
 * @returns {Promise<{answer: Answer, inside: InsideAnswer | null}>} null where nothing was found
 */
export async function readInside({data, width, height}, moving) {
  const asked = {model: 'cnn', brief: true, looked: true, moving, picture: {data, width, height}};
  const {reading, inside: found = null} = await drawings.ask(asked, [data.buffer]);
  return {answer: asAnswer('cnn', reading, [width, height]), inside: found};
}

/**
 * Read one image exactly as it is.
 * @param {string} model
 * @param {Uint8Array<ArrayBuffer>} bytes  28 × 28, 0 paper – 255 ink
 * @returns {Promise<Answer>} rejects with an Error as `load` does
 */
export async function readImage(model, bytes) {
  const {reading} = await drawings.ask({model, bytes});
  return asAnswer(model, reading, [28, 28]);
}

/**
 * Read a picture file of any format that Python opens.
 * @param {string} model
 * @param {Blob} file
 * @param {number} longest  px of the longer side with which it comes back
 * @returns {Promise<Answer>} rejects with an Error, a sentence where it is no picture that can be read
 */
export async function readPicture(model, file, longest) {
  const {reading, picture, note, size = [1, 1]} = await files.ask({model, file, longest, witnessed: true});
  return Object.assign(asAnswer(model, reading, size), {note, picture: picture && (await dataUrl(picture))});
}

/** @type {(blob: Blob) => Promise<string>} */
const dataUrl = (blob) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });

/**
 * A reading with what the page knows of it.
 * @param {string} model
 * @param {Reading | null | undefined} reading
 * @param {[width: number, height: number]} size  of what was read, px
 * @returns {Answer}
 */
function asAnswer(model, reading, size) {
  if (!reading) throw new Error('Nothing was read.');
  /** @type {HTMLCanvasElement | null} */
  let canvas = null;
  return {
    ...reading,
    model,
    calibrated: model in models,
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
