// Opens TIFF pictures, which most browsers do not: UTIF unpacks them, here their samples become pixels (`openTiff`).

import {fromDeep, toLevel} from './samples.js';

/** @import {Pixels} from '../types.js' */

/**
 * As much of UTIF as is used. A picture's tags are `t` and their number.
 * @typedef {Record<`t${number}`, number[]> & {width: number, height: number, data: Uint8Array, isLE: boolean}} Directory
 * @typedef {{decode(file: ArrayBuffer): Directory[], decodeImage(file: ArrayBuffer, picture: Directory): void}} Utif
 */

const [WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, CMYK] = [0, 1, 2, 3, 5]; // PhotometricInterpretation
const [JPEG, DEFLATE] = [7, 8]; // Compression; an older number of the latter means the same
const COMPRESSIONS = [1, 3, 4, 5, JPEG, DEFLATE, 32773]; // that UTIF or the browser unpacks; of another, UTIF gives zeros
const [SIGNED, FLOATS] = [2, 3]; // SampleFormat
const AS_RGB = [0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, 0]; // Adobe's mark of a JPEG that is not YCbCr

/** A kind of TIFF that only the app reads; the message names it. */
export class ServedTiff extends Error {}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {Utif} utif
 * @param {(pixels: number) => void} check  throws where the tiles together have too many
 * @returns {Promise<Pixels>}
 * @throws {Error} where it is damaged, or of a kind that is not read
 */
export async function openTiff(bytes, utif, check) {
  const [picture, ...others] = utif.decode(bytes.buffer);
  const pages = 1 + others.filter((one) => !((one.t254?.[0] ?? 0) & 1)).length; // smaller copies are no pages
  const {data, width, height} = await openPage(bytes, utif, check, picture); // of an ImageData a spread would take nothing
  return {data, width, height, pages};
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {Utif} utif
 * @param {(pixels: number) => void} check
 * @param {Directory} picture
 * @returns {Promise<Pixels>}
 */
async function openPage(bytes, utif, check, picture) {
  const [width, height] = [picture.t256[0], picture.t257[0]];
  const [across, down] = [picture.t322?.[0] ?? width, picture.t323?.[0] ?? height];
  check(Math.ceil(width / across) * Math.ceil(height / down) * across * down);
  if (picture.t259?.[0] === 32946) picture.t259 = [DEFLATE];
  const [compression, samples, bits] = [picture.t259?.[0] ?? 1, picture.t258?.length ?? 1, picture.t258?.[0] ?? 1];
  if (!COMPRESSIONS.includes(compression)) throw new ServedTiff(`TIFF, compression ${compression}`);
  if (picture.t284?.[0] === 2 && samples > 1) throw new ServedTiff('TIFF in separate planes');
  if (bits > 32) throw new ServedTiff(`TIFF of ${bits} bits`);
  const [starts, lengths] = [picture.t273 ?? picture.t324, picture.t279 ?? picture.t325];
  if (starts.some((start, at) => start + (lengths?.[at] ?? 0) > bytes.length)) throw new Error('cut off');
  if (compression === JPEG) return openJpegs(bytes, picture, width, height);
  utif.decodeImage(bytes.buffer, picture);
  const photometric = picture.t262?.[0] ?? BLACK_IS_ZERO;
  if (picture.data.length < Math.floor((width * bits * samples) / 8) * height) throw new Error('cut off');
  const format = picture.t339?.[0] ?? 1;
  if (samples === 1 && (bits >= 16 || format === SIGNED)) {
    return fromDeep(deep(picture, bits, format, width * height), width, height, format === FLOATS);
  }
  return asPixels(picture.data, {width, height, bits, samples, photometric, palette: picture.t320, alpha: Boolean(picture.t338?.[0])});
}

/** @type {(picture: Directory, bits: number, format: number, n: number) => ArrayLike<number>} */
function deep({data, isLE}, bits, format, n) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  /** @type {(at: number) => number} */
  let value = (at) => (format === SIGNED ? view.getInt32(4 * at, isLE) : view.getUint32(4 * at, isLE));
  if (bits === 8) value = (at) => view.getInt8(at);
  else if (bits === 16)
    value = (at) => (format === SIGNED ? view.getInt16(2 * at, true) : view.getUint16(2 * at, true)); // UTIF has swapped them
  else if (format === FLOATS) value = (at) => view.getFloat32(4 * at, isLE);
  return Float64Array.from({length: n}, (_, i) => value(i));
}

/**
 * @param {Uint8Array} data
 * @param {{width: number, height: number, bits: number, samples: number, photometric: number, palette?: number[], alpha: boolean}} of
 * @returns {Pixels}
 */
function asPixels(data, {width, height, bits, samples, photometric, palette = [], alpha}) {
  const out = new Uint8ClampedArray(4 * width * height).fill(255);
  const row = Math.ceil((width * bits * samples) / 8);
  const most = 2 ** Math.min(bits, 8) - 1;
  const colours = photometric === RGB ? 3 : photometric === CMYK ? 4 : 1;
  const level =
    bits === 16
      ? toLevel(
          Array.from({length: data.length >> 1}, (_, at) => data[2 * at] + 256 * data[2 * at + 1]),
          false,
          (at) => at % samples < colours,
        )
      : (/** @type {number} */ same) => same;
  /** @type {(x: number, y: number, sample: number) => number} the value, of 16 bits scaled by what the picture uses */
  const value = (x, y, sample) => {
    const at = (x * samples + sample) * bits;
    if (bits === 16) return level(data[y * row + (at >> 3)] + 256 * data[y * row + (at >> 3) + 1]);
    const byte = data[y * row + (at >> 3)];
    return bits >= 8 ? byte : (byte >> (8 - bits - (at & 7))) & most;
  };
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 4) {
      const first = value(x, y, 0);
      if (photometric === RGB) for (let k = 0; k < 3; k++) out[i + k] = value(x, y, k);
      else if (photometric === CMYK)
        for (let k = 0; k < 3; k++) out[i + k] = Math.round(((255 - value(x, y, k)) * (255 - value(x, y, 3))) / 255);
      else if (photometric === PALETTE) for (let k = 0; k < 3; k++) out[i + k] = palette[k * (most + 1) + first] >> 8;
      else out.fill(((photometric === WHITE_IS_ZERO ? most - first : first) * 255) / most, i, i + 3);
      if (alpha && samples > colours) onWhite(out, i, value(x, y, colours));
    }
  }
  return {data: out, width, height};
}

/** @type {(out: Uint8ClampedArray, at: number, alpha: number) => void} */
function onWhite(out, at, alpha) {
  for (let k = 0; k < 3; k++) out[at + k] = 255 + ((out[at + k] - 255) * alpha) / 255;
}

/**
 * A picture whose strips or tiles are JPEG files without their common tables. The browser decodes them.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {Directory} picture
 * @param {number} width
 * @param {number} height
 * @returns {Promise<Pixels>}
 */
async function openJpegs(bytes, picture, width, height) {
  const tables = Uint8Array.from(picture.t347 ?? []).subarray(2, -2); // without its first and last marker
  const [starts, lengths] = [picture.t273 ?? picture.t324, picture.t279 ?? picture.t325];
  const [across, down] = [picture.t322?.[0] ?? width, picture.t323?.[0] ?? picture.t278?.[0] ?? height];
  const columns = Math.ceil(width / across);
  const context = new OffscreenCanvas(width, height).getContext('2d', {willReadFrequently: true});
  if (!context) throw new Error('no canvas');
  for (const [at, start] of starts.entries()) {
    const own = bytes.subarray(start, start + lengths[at]);
    const mark = Uint8Array.from(picture.t262?.[0] === RGB ? AS_RGB : []);
    const part = new Blob([own.subarray(0, 2), mark, tables, own.subarray(2)]);
    const bitmap = await createImageBitmap(part, {colorSpaceConversion: 'none'});
    context.drawImage(bitmap, (at % columns) * across, Math.floor(at / columns) * down);
    bitmap.close();
  }
  return context.getImageData(0, 0, width, height);
}
