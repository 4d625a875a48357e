// Takes a model file of the visitor's: `connect` the button in the header.

import {find, sentence} from '../page/dom.js';
import {bring} from '../reader/reader.js';

const LARGEST = 64 * 2 ** 20; // bytes: a hundred times the models that ship

/** @param {ParentNode} root */
export function connect(root) {
  const input = find(root, '[data-testid=own-model]', HTMLInputElement);
  const note = find(root, '[data-testid=own-model-note]', HTMLElement);
  const picker = find(root, '[data-testid=model]', HTMLSelectElement);
  input.onchange = async () => {
    const [file] = input.files ?? [];
    input.value = ''; // the same file can be chosen again
    if (!file) return;
    note.textContent = 'Opening the model …';
    try {
      const name = await open(
        file,
        [...picker.options].map(({value}) => value),
      );
      picker.add(new Option(name.name, name.name, false, true));
      note.textContent = `${name.name}: ${name.note}; not calibrated.`;
      picker.dispatchEvent(new Event('change', {bubbles: true}));
    } catch (error) {
      note.textContent = sentence(error);
    }
  };
}

/**
 * @param {File} file
 * @param {string[]} taken  names
 * @returns {Promise<{name: string, note: string}>}
 * @throws {Error} a sentence, where it is no model for digits
 */
async function open(file, taken) {
  if (!file.name.endsWith('.tflite'))
    throw new Error('Choose a .tflite file; a .keras file is converted by the app (python demo.py --model FILE.keras).');
  if (file.size > LARGEST) throw new Error('This model is over 64 MB; choose a smaller one.');
  const stem = file.name.replace(/\.tflite$/, '') || 'model';
  const name = taken.includes(stem) ? `${stem} (${taken.length})` : stem;
  const [content, drawings, {sha256}] = await Promise.all([
    file.arrayBuffer(),
    fetch('engine/labelled-drawings').then(async (response) => new Uint8Array(await response.arrayBuffer())),
    import('../page/digest.js'),
  ]);
  return {name, note: await bring(name, {file: content, drawings, sha256: await sha256(new Uint8Array(content))})};
}
