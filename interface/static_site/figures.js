// The report in the page without a server: its matrix can be walked and clicked. A cell says which images it counts, and shows
// them once the person has chosen MNIST's file of test images. That file stays in the browser.

import {sortTables, walkMatrix} from '../../evaluation/templates/sections.js';
import {context2d, find, sentence} from '../page/dom.js';

/**
 * What report.json says of one test image. true and predicted: 0–9; probabilities: of 0–9.
 * @typedef {{index: number, true: number, predicted: number, probabilities: number[]}} Prediction
 */

const [MAGIC, HEADER] = [2051, 16]; // an IDX file of images: the number it begins with, and the bytes before the first image
const SIZE = 28 * 28; // bytes of an image
const MOST = 48; // images of a cell shown at once

/**
 * Make the report answer to mouse and keyboard.
 * @param {HTMLElement} root  of the report
 * @param {(bytes: Uint8Array) => void} open  shows an image in Predict
 */
export function connectFigures(root, open) {
  const title = find(root, '[data-title]', HTMLElement);
  const note = find(root, '[data-message]', HTMLElement);
  const place = find(root, '[data-images]', HTMLElement);
  const input = find(root, '[data-mnist]', HTMLInputElement);
  /** @type {Promise<{predictions: Prediction[]}> | null} */
  let report = null;
  /** @type {Uint8Array | null} MNIST's file of test images */
  let images = null;
  /** @type {[t: number, p: number] | null} the chosen cell */
  let cell = null;

  const predictions = async () => {
    report ??= (await fetch('report.json')).json();
    return (await report).predictions;
  };

  /** @param {[t: number, p: number]} chosen  true digit, and the digit it was read as */
  async function show(chosen) {
    cell = chosen;
    const [t, p] = chosen;
    const all = await predictions().catch(() => /** @type {Prediction[]} */ ([]));
    if (cell !== chosen) return; // another was chosen meanwhile
    const found = all.filter((one) => one.true === t && one.predicted === p).sort((a, b) => a.probabilities[p] - b.probabilities[p]);
    title.textContent = `True ${t}, read as ${p}: ${found.length} ${found.length === 1 ? 'image' : 'images'}`;
    const more = found.length > MOST ? `${MOST} of them, the least sure first.` : found.length ? 'The least sure first.' : '';
    const next = images ? 'Choose one to open it in Predict.' : 'The images themselves come with MNIST’s file.';
    note.textContent = [more, next].join(' ').trim();
    const list = Object.assign(document.createElement('div'), {className: 'tiles'});
    list.append(...found.slice(0, MOST).map((one) => tile(one, images, open)));
    place.replaceChildren(list);
  }

  async function loadChosen() {
    try {
      images = await testImages(input.files ?? [], await predictions(), input.dataset.sha256 ?? '');
      note.textContent = 'Choose a cell of the matrix to see its images.';
      if (cell) show(cell);
    } catch (error) {
      note.textContent = sentence(error);
    }
    input.value = '';
  }

  input.onchange = loadChosen;
  walkMatrix(root, (t, p) => show([t, p]))();
  sortTables(root);
  if (input.files?.length) loadChosen(); // chosen before this module was here
}

/**
 * What is said of one image, with the image where it is there.
 * @param {Prediction} prediction
 * @param {Uint8Array | null} images
 * @param {(bytes: Uint8Array) => void} open
 */
function tile({index, true: t, predicted, probabilities}, images, open) {
  const made = document.createElement(images ? 'button' : 'div');
  made.className = t === predicted ? 'tile' : 'tile miss';
  if (images) {
    const bytes = images.subarray(HEADER + SIZE * index, HEADER + SIZE * (index + 1));
    Object.assign(made, {type: 'button', onclick: () => open(bytes)});
    made.append(Object.assign(new Image(84, 84), {src: dataUrl(bytes), alt: ''}));
  }
  made.append(line('', `#${index}`), line('read as ', String(predicted), ` · ${percent(probabilities[predicted])}`));
  if (t !== predicted) made.append(line('true ', String(t), ` · ${percent(probabilities[t])}`));
  return made;
}

/** @type {(before: string, strong: string, after?: string) => HTMLElement} */
function line(before, strong, after = '') {
  const made = document.createElement('span');
  made.append(before, Object.assign(document.createElement('b'), {textContent: strong}), after);
  return made;
}

/** @type {(p: number) => string} */
const percent = (p) => `${(100 * p).toFixed(1)} %`;

/**
 * MNIST's file of test images among the chosen ones.
 * @param {Iterable<File>} files
 * @param {Prediction[]} predictions  one for each image, in its order
 * @param {string} sha256  of all images and then all labels
 * @returns {Promise<Uint8Array>}
 * @throws {Error} a sentence, where none is that file
 */
async function testImages(files, predictions, sha256) {
  for (const file of files) {
    const stream = file.name.endsWith('.gz') ? file.stream().pipeThrough(new DecompressionStream('gzip')) : file.stream();
    const buffer = await new Response(stream).arrayBuffer().catch(() => null);
    if (!buffer || buffer.byteLength !== HEADER + SIZE * predictions.length || new DataView(buffer).getUint32(0) !== MAGIC) continue;
    const bytes = new Uint8Array(buffer);
    const labelled = new Uint8Array([...bytes.subarray(HEADER), ...predictions.map((one) => one.true)]);
    if (!crypto.subtle || hex(await crypto.subtle.digest('SHA-256', labelled)) === sha256) return bytes;
  }
  throw new Error('This is not MNIST’s file of test images, t10k-images-idx3-ubyte (or .gz).');
}

/** @type {(buffer: ArrayBuffer) => string} */
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** @type {(bytes: Uint8Array) => string} an image, 28 × 28, as a data URL */
function dataUrl(bytes) {
  const canvas = Object.assign(document.createElement('canvas'), {width: 28, height: 28});
  const context = context2d(canvas);
  const image = context.createImageData(28, 28);
  bytes.forEach((value, at) => {
    image.data.set([value, value, value, 255], 4 * at);
  });
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}
