// A picture as a file that every browser shows: `shownAs`.

/** @import {Pixels} from '../types.js' */

const SMALL = 10_000; // pixels

/**
 * A picture as a file that every browser shows.
 * @param {Pixels} pixels
 * @param {number} longest  px of its longer side, at most
 */
export async function shownAs({data, width, height}, longest) {
  const scale = Math.min(1, longest / Math.max(width, height));
  const bitmap = await createImageBitmap(new ImageData(data, width, height), {
    resizeWidth: Math.max(1, Math.round(width * scale)),
    resizeHeight: Math.max(1, Math.round(height * scale)),
    resizeQuality: 'high',
  });
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
  const small = width * height <= SMALL; // JPEG would smear a 28 × 28 image
  return canvas.convertToBlob(small ? {type: 'image/png'} : {type: 'image/jpeg', quality: 0.92});
}
