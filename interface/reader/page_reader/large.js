// Large pictures are read at half their size, as model/page_reader/witness.py does.

import {witness} from '../constants.js';
import {scaledBox} from '../recogniser.js';

/** @import {Pixels, Reading} from '../types.js' */

/** @type {(picture: Pixels) => boolean} whether a picture is read at half its size */
export const isLarge = ({width, height}) => Math.max(width, height) >= witness.HALVED && Math.min(width, height) > 1;

/** @type {(picture: Pixels) => Pixels} half as wide and high: each px the mean of 2×2, rounded, halves up */
export function halved({data, width: across, height: down}) {
  const [width, height] = [across >> 1, down >> 1];
  const small = new Uint8ClampedArray(4 * width * height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0, at = 8 * y * across; x < width; x++, at += 8) {
      for (let k = at; k < at + 4; k++, i++) {
        small[i] = (data[k] + data[k + 4] + data[k + 4 * across] + data[k + 4 + 4 * across] + 2) >> 2;
      }
    }
  }
  return {data: small, width, height};
}

/** @type {(reading: Reading) => Reading} with the boxes in the picture */
export const doubled = (reading) => ({
  ...reading,
  digits: reading.digits.map((digit) => ({...digit, box: scaledBox(digit.box, 2, 2)})),
  other_writing: reading.other_writing?.map((box) => scaledBox(box, 2, 2)),
});
