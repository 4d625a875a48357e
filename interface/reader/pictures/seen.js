// What an audit of labels sees in a picture before any network does, as evaluation/audit/pictures.py: `seenIn`.

import {keyOf} from '../../page/digest.js';
import {median, round} from '../arrays.js';
import {normalization} from '../constants.js';

/** @import {Pixels, SeenPicture} from '../types.js' */

const {SIDE} = normalization;

/** @type {(picture: Pixels) => Promise<SeenPicture>} */
export async function seenIn(picture) {
  const {data, width, height} = picture;
  const key = `${width}x${height} ${await keyOf(new Uint8Array(data.buffer, data.byteOffset, data.length))}`;
  return {width, height, key, image: width === SIDE && height === SIDE ? asImage(picture) : null};
}

/** @type {(picture: Pixels) => Uint8Array<ArrayBuffer>} 28 × 28, ink light on dark: turned round where the border is light */
function asImage({data}) {
  const grey = Uint8Array.from({length: SIDE * SIDE}, (_, at) => round((data[4 * at] + data[4 * at + 1] + data[4 * at + 2]) / 3));
  const border = Array.from({length: SIDE}, (_, at) => [at, SIDE * (SIDE - 1) + at, SIDE * at, SIDE * at + SIDE - 1]).flat();
  return median(border.map((at) => grey[at])) > 127 ? grey.map((value) => 255 - value) : grey;
}
