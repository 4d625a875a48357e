// What the Predict tab asks of the server (interface/predict/routes.py). interface/static_site/server.js takes its place in the page
// without a server, with the same exports.
//
// A request that fails rejects with an Error whose message is a sentence for the person; one that was aborted, with an AbortError.

import {ROUTES} from '../page/address.js';
import {picture} from '../page/strokes.js';

/** @import {Answer, Neighbours, Saliency, Stroke} from '../page/types.js' */

/** Whether the page has nobody else to ask, so that its own reader is waited for. @type {boolean} */
export const ALONE = false;

/** Bytes of a picture that the server takes: no use sending more. */
export const LARGEST = 20 * 1024 * 1024;

const PAGE = Math.random().toString(36).slice(2); // this page's name, for the server to tell visitors apart

/** The server's refusal. wait: seconds after which to try again, 0 where that would not help. */
class Refused extends Error {
  /**
   * @param {string} message
   * @param {number} wait
   */
  constructor(message, wait) {
    super(message);
    this.wait = wait;
  }
}

/** The name of the model that is chosen. */
export function model() {
  const picker = document.querySelector('select[data-testid=model]');
  return picker instanceof HTMLSelectElement ? picker.value : '';
}

let strokes = 0;
/** Parameters of a request that the page's next one makes needless: the server answers 204 (here null) to one still waiting. */
const replaceable = () => {
  strokes += 1;
  return {stroke: String(strokes)};
};

/**
 * @param {string} path  of the route
 * @param {Blob | Uint8Array<ArrayBuffer>} body
 * @param {AbortSignal} [signal]
 * @param {Record<string, string>} [parameters]
 */
async function post(path, body, signal, parameters = {}) {
  const query = new URLSearchParams({model: model(), pad: PAGE, ...parameters});
  let response;
  try {
    response = await fetch(`${ROUTES}${path}?${query}`, {
      method: 'POST',
      body,
      signal,
      headers: {'Content-Type': 'application/octet-stream'},
    });
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') throw error;
    throw new Error('The server cannot be reached. Is the app still running?');
  }
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => ({}));
  if (response.ok && !answer.error) return answer;
  const message = answer.error ?? `The server answered ${response.status}. Please reload the page.`;
  throw new Refused(message, Number(response.headers.get('Retry-After')));
}

/**
 * Read a picture.
 * @param {Blob} blob  a file of any picture format
 * @param {AbortSignal} [signal]
 * @param {'' | 'small' | 'large'} [show]  send it back as the server understood it, of this size
 * @param {Record<string, string>} [parameters]  of the request
 * @returns {Promise<Answer | null>} null where a newer request took its place
 */
export function read(blob, signal, show = '', parameters = replaceable()) {
  if (blob.size > LARGEST) return Promise.reject(new Error('This file is over 20 MB. Please send a smaller picture.'));
  return post('read', blob, signal, show ? {show, ...parameters} : parameters);
}

/**
 * Read a drawing.
 * @param {Stroke[]} strokes
 * @param {AbortSignal} [signal]
 * @param {Answer | null} [_pageAnswer]  what the page has read in it already; the server reads for itself
 * @param {boolean} [brief]  without the cutting and joining of what is no plain digit; the answer's `brief` says whether that was left out
 * @returns {Promise<Answer | null>} null where a newer request took its place
 */
export async function readDrawing(strokes, signal, _pageAnswer, brief) {
  const parameters = {drawing: '1', ...(brief && {brief: '1'}), ...replaceable()}; // numbered before it waits: a later stroke has more
  return read(await picture(strokes), signal, '', parameters);
}

/**
 * Read one of many pictures for a table: it comes back as a thumbnail, and a busy server is waited for.
 * @param {Blob} blob
 * @param {AbortSignal} signal
 * @returns {Promise<Answer | null>}
 */
export async function readSmall(blob, signal) {
  for (;;) {
    try {
      return await read(blob, signal, 'small', {});
    } catch (error) {
      const wait = error instanceof Refused ? error.wait : 0;
      if (!wait || signal.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000 * wait));
    }
  }
}

/**
 * Read one image exactly as it is.
 * @param {Uint8Array<ArrayBuffer>} bytes  28 × 28, 0 paper – 255 ink, here and below
 * @param {AbortSignal} [signal]
 * @returns {Promise<Answer | null>}
 */
export const readImage = (bytes, signal) => post('image', bytes, signal, replaceable());

/**
 * Which ink of an image spoke for the answer and which against.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {string} model  the name of the one that answered
 * @param {AbortSignal} [signal]
 * @returns {Promise<Saliency | null>}
 */
export const why = (bytes, model, signal) => post('why', bytes, signal, {model, ...replaceable()});

/**
 * The training digits nearest to an image.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {AbortSignal} [signal]
 * @returns {Promise<Neighbours | null>}
 */
export const nearest = (bytes, signal) => post('nearest', bytes, signal, replaceable());

/**
 * The file names of the examples.
 * @returns {Promise<string[]>}
 */
export const examples = async () => (await fetch(`${ROUTES}examples`)).json();

/**
 * The address of an example.
 * @param {string} file  its name
 */
export const exampleUrl = (file) => `${ROUTES}examples/${encodeURIComponent(file)}`;
