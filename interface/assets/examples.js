// The pictures that ship, to try with one click.

import * as server from './server.js';

/** Fill `place` with a button an example; open(blob) shows what one holds. */
export async function showExamples(place, open) {
  place.replaceChildren(...(await server.examples()).map((file) => {
    const name = file.replace(/\.\w+$/, '').replaceAll('-', ' ');
    const button = Object.assign(document.createElement('button'), {type: 'button', title: name});
    const image = Object.assign(document.createElement('img'), {src: server.exampleUrl(file), alt: ''});
    button.setAttribute('aria-label', `Example: ${name}`);
    button.append(image);
    button.onclick = async () => open(await (await fetch(image.src)).blob());
    return button;
  }));
}
