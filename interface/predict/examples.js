// The pictures that ship, to try with one click.

import * as server from './server.js';

/** Fill `place` with a button an example; open(coming) shows what one holds: a promise of a Blob, which may come late. */
export async function showExamples(place, open) {
  place.replaceChildren(
    ...(await server.examples()).map((file) => {
      const name = file.replace(/\.\w+$/, '').replaceAll('-', ' ');
      const button = Object.assign(document.createElement('button'), {type: 'button', title: name});
      const image = Object.assign(document.createElement('img'), {src: server.exampleUrl(file), alt: ''});
      button.setAttribute('aria-label', `Example: ${name}`);
      button.append(image);
      button.onclick = () => open(load(image.src));
      return button;
    }),
  );
}

async function load(address) {
  try {
    return await (await fetch(address)).blob();
  } catch {
    throw new Error('This example cannot be loaded.');
  }
}
