// What the page asks of the server (interface/live.py). Every function throws an Error whose message is a sentence for
// the person, except when its request was given up.

const base = location.pathname.replace(/\/?$/, '/') + 'page/';  // right behind a proxy's sub-path as well
const model = () => document.querySelector('select[data-testid=model]')?.value ?? '';
export const LARGEST = 20 * 1024 * 1024;  // bytes the server takes: no use sending more

async function post(path, body, signal, parameters = {}) {
  const query = new URLSearchParams({model: model(), ...parameters});
  let response;
  try {
    response = await fetch(`${base}${path}?${query}`, {method: 'POST', body, signal,
      headers: {'Content-Type': 'application/octet-stream'}});
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Error('The server cannot be reached. Is the app still running?');
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok || answer.error) throw new Error(answer.error ?? `The server answered ${response.status}. Please reload the page.`);
  return answer;
}

/** Read a picture (Blob of any picture format); show: send it back as the server understood it, 'small' or 'large'. */
export function read(blob, signal, show = '') {
  if (blob.size > LARGEST) return Promise.reject(new Error('This file is over 20 MB. Please send a smaller picture.'));
  return post('read', blob, signal, show ? {show} : {});
}

/** The same for a table of many pictures: what is sent back is a thumbnail. */
export const readSmall = (blob, signal) => read(blob, signal, 'small');

/** Read 28 × 28 bytes as the image a network sees. */
export const readImage = (bytes, signal) => post('image', bytes, signal);

/** Which ink of 28 × 28 bytes spoke for and against: {weights: 784 numbers in [-1, 1], note}. */
export const why = (bytes, name, signal) => post('why', bytes, signal, {model: name});

/** The training digits nearest to 28 × 28 bytes: {digits: [{digit, image}], note}; none where MNIST is missing. */
export const nearest = (bytes, signal) => post('nearest', bytes, signal);

export const examples = async () => (await fetch(`${base}examples`)).json();
export const exampleUrl = (file) => `${base}examples/${encodeURIComponent(file)}`;
