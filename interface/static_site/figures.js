// The report: its matrix can be walked and clicked; a cell tells which images it counts, and shows them once the person has
// chosen MNIST's file of test images. That file stays in the browser.

import {sortTables, walkMatrix} from '../../evaluation/templates/sections.js';

const IMAGES = 2051;
const SIZE = 28 * 28;
const HEADER = 16; // an IDX file of images begins with this number; bytes before the first image
const MOST = 48; // images of a cell shown at once
const percent = (p) => `${(100 * p).toFixed(1)} %`;

/** root: the report's element; open(bytes): look at a 28 × 28 image in Predict. */
export function figures(root, open) {
  const [title, told, place, input] = ['[data-title]', '[data-message]', '[data-images]', '[data-mnist]'].map((part) =>
    root.querySelector(part),
  );
  const {sha256} = input.dataset;
  let report = null;
  let images = null;
  let cell = null;

  const predictions = async () => (await (report ??= (await fetch('report.json')).json())).predictions;

  async function show(t, p) {
    cell = [t, p];
    const found = (await predictions().catch(() => []))
      .filter((one) => one.true === t && one.predicted === p)
      .sort((a, b) => a.probabilities[p] - b.probabilities[p]);
    if (cell[0] !== t || cell[1] !== p) return; // another was chosen meanwhile
    title.textContent = `True ${t}, read as ${p}: ${found.length} ${found.length === 1 ? 'image' : 'images'}`;
    const more = found.length > MOST ? `${MOST} of them, the least sure first.` : found.length ? 'The least sure first.' : '';
    told.textContent = [more, images ? 'Choose one to open it in Predict.' : 'The images themselves come with MNIST’s file.']
      .join(' ')
      .trim();
    place.replaceChildren(tiles(found.slice(0, MOST)));
  }

  function tiles(found) {
    const list = Object.assign(document.createElement('div'), {className: 'tiles'});
    for (const {index, true: t, predicted, probabilities} of found) {
      const tile = document.createElement(images ? 'button' : 'div');
      tile.className = t === predicted ? 'tile' : 'tile miss';
      if (images) {
        const bytes = images.subarray(HEADER + SIZE * index, HEADER + SIZE * (index + 1));
        Object.assign(tile, {type: 'button', onclick: () => open(bytes)});
        tile.append(Object.assign(new Image(84, 84), {src: drawn(bytes), alt: ''}));
      }
      const lines = [
        ['', `#${index}`],
        ['read as ', predicted, ` · ${percent(probabilities[predicted])}`],
      ];
      if (t !== predicted) lines.push(['true ', t, ` · ${percent(probabilities[t])}`]);
      for (const [before, strong, after = ''] of lines) {
        const line = document.createElement('span');
        line.append(before, Object.assign(document.createElement('b'), {textContent: strong}), after);
        tile.append(line);
      }
      list.append(tile);
    }
    return list;
  }

  /** The test set's images from what was chosen; a sentence when they are not there. */
  async function load(files) {
    for (const file of files) {
      const packed = file.name.endsWith('.gz');
      const stream = packed ? file.stream().pipeThrough(new DecompressionStream('gzip')) : file.stream();
      const buffer = await new Response(stream).arrayBuffer().catch(() => null);
      const all = await predictions();
      if (!buffer || buffer.byteLength !== HEADER + SIZE * all.length || new DataView(buffer).getUint32(0) !== IMAGES) continue;
      const bytes = new Uint8Array(buffer);
      const labelled = new Uint8Array([...bytes.subarray(HEADER), ...all.map((one) => one.true)]);
      if (!crypto.subtle || hex(await crypto.subtle.digest('SHA-256', labelled)) === sha256) return bytes;
    }
    throw new Error('This is not MNIST’s file of test images, t10k-images-idx3-ubyte (or .gz).');
  }

  input.onchange = async () => {
    try {
      images = await load(input.files);
      told.textContent = 'Choose a cell of the matrix to see its images.';
      if (cell) show(...cell);
    } catch (error) {
      told.textContent = error.message;
    }
    input.value = '';
  };
  walkMatrix(root, show)();
  sortTables(root);
  if (input.files.length) input.onchange(); // chosen before this module was here
}

const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** 28 × 28 bytes as a data URL. */
function drawn(bytes) {
  const canvas = Object.assign(document.createElement('canvas'), {width: 28, height: 28});
  const context = canvas.getContext('2d');
  const image = context.createImageData(28, 28);
  bytes.forEach((value, at) => image.data.set([value, value, value, 255], 4 * at));
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}
