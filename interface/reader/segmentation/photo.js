// The inks of photos: how much darker each pixel is than its paper, whatever the lamp does (`litEvenly`), and whether the ink is dark or
// light (`likelyPolarities`). This is the second half of model/segmentation/ink.py, step for step.

import {blank, resizeTo, round} from '../arrays.js';
import {blurred, closed, medianBlurred, quantile} from './imaging.js';

/** @import {Ink} from '../types.js' */

/** @type {Uint8Array | null} how much darker than its paper a pixel is, at 256 · paper + pixel; made for the first photo */
let darkness = null;

/**
 * A picture as its three channels, each like an Ink.
 * @typedef {[red: Ink, green: Ink, blue: Ink]} Channels
 */

/** @type {(channels: Channels, change: (channel: Ink) => Ink) => Channels} */
export const each = ([red, green, blue], change) => [change(red), change(green), change(blue)];

/** @type {(ink: Ink, side: number) => Ink} scaled so that the longer side is `side` px */
function small(ink, side) {
  const scale = side / Math.max(ink.width, ink.height);
  return resizeTo(ink, Math.max(8, round(ink.width * scale)), Math.max(8, round(ink.height * scale)), true);
}

/**
 * The order in which dark and light ink are tried: dark first, where what differs most from its surroundings is dark.
 * @param {Channels} channels
 * @returns {boolean[]} true for dark ink
 */
export function likelyPolarities(channels) {
  const [red, green, blue] = each(channels, (channel) => small(channel, 320));
  const grey = blank(red.width, red.height);
  for (let i = 0; i < grey.data.length; i++) {
    grey.data[i] = (9798 * red.data[i] + 19235 * green.data[i] + 3735 * blue.data[i] + 16384) >> 15;
  }
  const paper = medianBlurred(grey, 67);
  const counts = new Int32Array(511);
  for (let i = 0; i < grey.data.length; i++) counts[255 + paper.data[i] - grey.data[i]]++;
  const dark = quantile(counts, 0.995) - 255 >= 255 - quantile(counts, 0.005);
  return [dark, !dark];
}

/** @type {(channel: Ink) => Ink} a little blurred, against the noise of the sensor */
export const denoised = (channel) => blurred(channel, Math.max(0.6, Math.max(channel.height, channel.width) / 900));

/** @type {(channels: Channels) => Channels} the same of each */
export const smooth = (channels) => each(channels, denoised);

/** @type {(channel: Ink, reach: number) => Ink} what remains when the dark strokes are closed */
export function paper(channel, reach) {
  const tiny = small(channel, 160);
  const window = Math.max(5, round(reach * Math.max(tiny.width, tiny.height))) | 1;
  return resizeTo(blurred(closed(tiny, window), window / 8), channel.width, channel.height);
}

/**
 * How much darker each pixel is than its paper, which is what remains when the dark strokes are closed.
 * @param {Channels} channels
 * @param {Channels} smoothed  the same, as `smooth` gives it
 * @param {number} reach  a share of the longer side: wider than a stroke
 * @returns {Ink}
 */
export function litEvenly(channels, smoothed, reach) {
  const {width, height} = channels[0];
  const out = blank(width, height);
  darkness ??= Uint8Array.from({length: 256 * 256}, (_, at) => 255 - Math.min(255, round(((at & 255) * 255) / Math.max(at >> 8, 8))));
  const table = darkness;
  channels.forEach((channel, at) => {
    const around = paper(channel, reach).data;
    const found = smoothed[at].data;
    for (let i = 0; i < found.length; i++) {
      const darker = table[(around[i] << 8) | found[i]];
      if (darker > out.data[i]) out.data[i] = darker;
    }
  });
  return out;
}
