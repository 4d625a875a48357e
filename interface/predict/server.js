// What the page asks of the server (interface/predict/routes.py). Every function throws an Error whose message is a sentence for
// the person, except when its request was given up.

import {picture} from './strokes.js';

const base = location.pathname.replace(/\/?$/, '/') + 'page/'; // right behind a proxy's sub-path as well
export const model = () => document.querySelector('select[data-testid=model]')?.value ?? '';
export const LARGEST = 20 * 1024 * 1024; // bytes the server takes: no use sending more
const pad = Math.random().toString(36).slice(2); // this page's name, for the server to tell visitors apart
let strokes = 0;
/** What a later request of this page makes needless: the server answers 204 (here: null) to one that was overtaken in its line. */
const live = () => ({stroke: ++strokes});

async function post(path, body, signal, parameters = {}) {
  const query = new URLSearchParams({model: model(), pad, ...parameters});
  let response;
  try {
    response = await fetch(`${base}${path}?${query}`, {
      method: 'POST',
      body,
      signal,
      headers: {'Content-Type': 'application/octet-stream'},
    });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Error('The server cannot be reached. Is the app still running?');
  }
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => ({}));
  if (response.ok && !answer.error) return answer;
  const error = new Error(answer.error ?? `The server answered ${response.status}. Please reload the page.`);
  throw Object.assign(error, {wait: Number(response.headers.get('Retry-After'))});
}

/** Read a picture (Blob of any picture format); show: send it back as the server understood it, 'small' or 'large'. */
export function read(blob, signal, show = '', order = live()) {
  if (blob.size > LARGEST) return Promise.reject(new Error('This file is over 20 MB. Please send a smaller picture.'));
  return post('read', blob, signal, show ? {show, ...order} : order);
}

/** Read a drawing: a list of strokes; brief: without the cutting and joining of what is no plain digit. */
export const readDrawing = (strokes, signal, own, brief) => read(picture(strokes), signal, '', brief ? {brief: 1, ...live()} : live());

/** The same for a table of many pictures: each is wanted, what is sent back is a thumbnail, and a busy server is waited for. */
export async function readSmall(blob, signal) {
  for (;;) {
    try {
      return await read(blob, signal, 'small', {});
    } catch (error) {
      if (!error.wait || signal.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000 * error.wait));
    }
  }
}

/** Read 28 × 28 bytes as the image a network sees. */
export const readImage = (bytes, signal) => post('image', bytes, signal, live());

/** Which ink of 28 × 28 bytes spoke for and against: {weights: 784 numbers in [-1, 1], note}. */
export const why = (bytes, name, signal) => post('why', bytes, signal, {model: name, ...live()});

/** The training digits nearest to 28 × 28 bytes: {digits: [{digit, image}], note}; none where MNIST is missing. */
export const nearest = (bytes, signal) => post('nearest', bytes, signal, live());

export const examples = async () => (await fetch(`${base}examples`)).json();
export const exampleUrl = (file) => `${base}examples/${encodeURIComponent(file)}`;
