// Reads a drawing some times while nobody waits, so that the browser compiles the code: `practise`.

/** @import {Recogniser} from './recogniser.js' */
/** @import {Pixels} from './types.js' */

const PRACTICE = 8; // readings after which the browser has compiled this code well: the first takes ten times as long

/**
 * @param {Recogniser} recogniser
 * @param {number} [times]
 */
export function practise(recogniser, times = PRACTICE) {
  setTimeout(() => {
    recogniser.read(corner(), true);
    if (times > 1) practise(recogniser, times - 1);
  });
}

/**
 * A drawing to practise on: a corner, as of a 7.
 * @param {number} [side]  px
 * @returns {Pixels}
 */
function corner(side = 280) {
  const data = new Uint8ClampedArray(4 * side * side).fill(255);
  for (let y = 60; y < 220; y++) {
    for (let x = 80; x < 200; x++) if (y < 76 || x > 184) data.fill(0, 4 * (y * side + x), 4 * (y * side + x) + 3);
  }
  return {data, width: side, height: side};
}
