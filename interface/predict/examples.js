// The pictures that ship, to try with one click.

import * as server from './server.js';

/**
 * Fill `place` with a button for each example.
 * @param {Element} place
 * @param {(picture: Promise<Blob>) => void} open  shows an example; it may come late
 */
export async function showExamples(place, open) {
  const files = await server.examples();
  place.replaceChildren(...files.map((file) => exampleButton(file, open)));
}

/**
 * @param {string} file
 * @param {(picture: Promise<Blob>) => void} open
 */
function exampleButton(file, open) {
  const name = file.replace(/\.\w+$/, '').replaceAll('-', ' ');
  const button = Object.assign(document.createElement('button'), {type: 'button', title: name});
  const image = Object.assign(document.createElement('img'), {src: server.exampleUrl(file), alt: ''});
  button.setAttribute('aria-label', `Example: ${name}`);
  button.append(image);
  button.onclick = () => open(load(image.src));
  return button;
}

/** @type {(address: string) => Promise<Blob>} */
async function load(address) {
  try {
    return await (await fetch(address)).blob();
  } catch {
    throw new Error('This example cannot be loaded.');
  }
}
