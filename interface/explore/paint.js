// Paints images and maps on small canvases.

import {context2d, openInPredict} from '../page/dom.js';

/** @typedef {(value: number) => number} Colour  of a value, as a pixel 0xAABBGGRR */

/** @type {(red: number, green: number, blue: number) => number} */
const pixel = (red, green, blue) => (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;

/** @type {(value: number) => number} */
const byte = (value) => Math.max(0, Math.min(255, Math.round(value)));

/** @type {Colour} of 0–255: light on dark */
export const grey = (value) => pixel(byte(value), byte(value), byte(value));

/** @type {(most: number) => Colour} of 0–most: dark, violet, orange, light, as heat is shown */
export const heat = (most) => (value) => {
  const share = Math.max(0, Math.min(1, value / (most || 1)));
  return pixel(byte(510 * share), byte(600 * share - 260), byte(share < 0.4 ? 400 * share : 255 * (share - 0.75) * 4 + 120 * (1 - share)));
};

/** @type {Colour} of -1 to 1: what speaks against is orange, what speaks for is blue, as in Predict */
export const forAndAgainst = (value) => {
  const share = Math.min(1, Math.abs(value));
  const [red, green, blue] = value >= 0 ? [120, 160, 255] : [255, 140, 70];
  return pixel(byte(red * share), byte(green * share), byte(blue * share));
};

/**
 * Paint a square of values.
 * @param {HTMLCanvasElement} canvas  becomes side × side
 * @param {number} side
 * @param {(at: number) => number} value  row by row
 * @param {Colour} colour
 */
export function paint(canvas, side, value, colour) {
  if (canvas.width !== side || canvas.height !== side) Object.assign(canvas, {width: side, height: side});
  const context = context2d(canvas);
  const image = context.createImageData(side, side);
  const pixels = new Uint32Array(image.data.buffer);
  for (let at = 0; at < pixels.length; at++) pixels[at] = colour(value(at));
  context.putImageData(image, 0, 0);
}

/**
 * A canvas with one 28 × 28 image.
 * @param {Uint8Array} images  784 bytes each
 * @param {number} [index]
 */
export function imageCanvas(images, index = 0) {
  const canvas = document.createElement('canvas');
  canvas.className = 'pixels';
  paint(canvas, 28, (at) => images[784 * index + at], grey);
  return canvas;
}

/**
 * Test images as figures with a line below each; each opens in Predict, as those of the dashboard do.
 * @param {{images: Uint8Array, index: number, caption: string, miss?: boolean}[]} digits
 */
export function figures(digits) {
  return digits.map(({images, index, caption, miss}) => {
    const figure = document.createElement('figure');
    if (miss) figure.className = 'miss';
    const open = button('');
    open.append(imageCanvas(images, index));
    open.setAttribute('aria-label', `Test image ${index}: ${caption}. Open in Predict`);
    open.title = 'Open in Predict';
    open.onclick = () => openInPredict(images.subarray(784 * index, 784 * (index + 1)));
    const line = document.createElement('figcaption');
    line.textContent = caption;
    figure.append(open, line);
    return figure;
  });
}

/**
 * An element with text and class.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [text]
 * @param {string} [className]
 */
export function element(tag, text = '', className = '') {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

/**
 * @param {string} words
 * @param {string} [className]
 */
export const button = (words, className) => Object.assign(element('button', words, className), {type: 'button'});

/**
 * Canvases beside each other, each large and with words below it.
 * @param {[canvas: HTMLCanvasElement, words: string][]} shown
 */
export function largeFigures(shown) {
  const row = element('div', '', 'ex-figures');
  for (const [canvas, words] of shown) {
    canvas.className = 'pixels large';
    row.appendChild(element('figure')).append(canvas, element('figcaption', words));
  }
  return row;
}
