// Opens any picture that people bring, in the page: `openPicture`. What is refused, and with which sentence, is Python's
// (model/pictures.py), and so is what becomes of EXIF, transparency, 16-bit greys and animations.
//
// The browser decodes what it decodes as Python does; the rest is in the modules beside this one.

import {pictures, pixels} from '../constants.js';
import {inspect, scans} from './header.js';
import {openNetpbm} from './netpbm.js';
import {isDeep, openDeep} from './png16.js';
import {raised, upright} from './samples.js';
import {openTiff, ServedTiff} from './tiff.js';

/** @import {Pixels} from '../types.js' */
/** @import {Header} from './header.js' */
/** @import {Utif} from './tiff.js' */

const {MAX_BYTES, MAX_PIXELS, MAX_SIDE, MAX_SCANS, SENTENCES, WORKS_ALONE, HEIC_BRANDS, LOSSLESS} = pictures;

/** A file cannot be read as a picture; the message says why and what works. */
export class PictureError extends Error {
  /**
   * @param {string} name  of a sentence
   * @param {Record<string, string>} [values]  for its gaps
   */
  constructor(name, values = {}) {
    /** @type {Record<string, string>} */
    const gaps = {where: 'The picture', works: WORKS_ALONE, ...values};
    super(SENTENCES[name].replace(/\{(\w+)\}/g, (_, gap) => gaps[gap]));
  }
}

/**
 * A picture file's pixels, upright and opaque. Of an animation, the first frame.
 * @param {Blob} file
 * @param {() => Utif} loadUtif  what opens TIFF pictures
 * @returns {Promise<Pixels>}
 * @throws {PictureError}
 */
export async function openPicture(file, loadUtif) {
  if (file.size > MAX_BYTES) throw new PictureError('large');
  const bytes = await content(file);
  checkKind(bytes);
  const found = inspect(bytes);
  if (!found) throw new PictureError('unknown');
  const {kind, width, height} = found;
  if (width * height > MAX_PIXELS) throw new PictureError('pixels', {width: thousands(width), height: thousands(height)});
  if (Math.max(width, height) > MAX_SIDE) throw new PictureError('long', {side: thousands(Math.max(width, height))});
  if (kind === 'JPEG' && scans(bytes) * width * height > MAX_SCANS * MAX_PIXELS) throw new PictureError('layers');
  try {
    const opened = await pixelsOf(bytes, found, loadUtif);
    return LOSSLESS.includes(kind) ? raised(opened) : opened;
  } catch (error) {
    if (error instanceof ServedTiff) throw new PictureError('served', {kind: error.message});
    throw error instanceof PictureError ? error : new PictureError('damaged');
  }
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {Header} header
 * @param {() => Utif} loadUtif
 * @returns {Promise<Pixels>} upright and opaque
 */
async function pixelsOf(bytes, {kind, width, height, orientation, valueAt}, loadUtif) {
  if (kind === 'TIFF') {
    const {pages, ...first} = await openTiff(bytes, loadUtif(), tooLargeTiles);
    const {data, width: across, height: down} = upright(first, orientation); // which may be an ImageData: nothing to spread
    return {data, width: across, height: down, pages};
  }
  if (kind === 'PPM') return openNetpbm(bytes);
  if (kind === 'PNG' && isDeep(bytes)) return upright(await opaque(await openDeep(bytes)), orientation);
  for (const at of valueAt) bytes[at] = 1; // turned here, for browsers differ in what they turn
  return upright(await byBrowser(bytes, width, height), orientation);
}

/** @type {(n: number) => string} */
const thousands = (n) => n.toLocaleString('en');

/** @type {(pixels: number) => void} */
function tooLargeTiles(pixels) {
  if (pixels > 2 * MAX_PIXELS) throw new PictureError('tiles');
}

/** @type {(file: Blob) => Promise<Uint8Array<ArrayBuffer>>} */
async function content(file) {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new PictureError('closed', {reason: 'unknown reason'}); // a folder, or a file that is gone
  }
}

/** @type {(bytes: Uint8Array) => void} */
function checkKind(bytes) {
  if (!bytes.length) throw new PictureError('empty');
  /** @type {(end: number) => string} */
  const text = (end) => String.fromCharCode(...bytes.subarray(0, end));
  const head = text(512).trimStart().toLowerCase();
  if (head.startsWith('<svg') || (head.startsWith('<?xml') && text(4096).toLowerCase().includes('<svg'))) throw new PictureError('svg');
  const kind = servedKind(text(12));
  if (kind) throw new PictureError('served', {kind});
  if (head.startsWith('%pdf')) throw new PictureError('pdf');
}

/**
 * The kind of a picture that the app reads and this page does not, '' for any other.
 * @param {string} head  the file's first twelve bytes
 * @returns {string}
 */
function servedKind(head) {
  const brand = head.slice(4, 8) === 'ftyp' ? head.slice(8) : '';
  if (HEIC_BRANDS.includes(brand)) return 'HEIC';
  if (['avif', 'avis'].includes(brand)) return 'AVIF';
  if (head.startsWith('II+\0') || head.startsWith('MM\0+')) return 'BigTIFF';
  return head.startsWith('\0\0\0\x0cjP') || head.startsWith('\xffO\xffQ') ? 'JPEG 2000' : '';
}

/**
 * What the browser makes of a file, on white; on black where the ink vanishes on white.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {number} width
 * @param {number} height
 * @returns {Promise<Pixels>}
 */
async function byBrowser(bytes, width, height) {
  const bitmap = await createImageBitmap(new Blob([bytes]), {colorSpaceConversion: 'none'});
  if (bitmap.width !== width || bitmap.height !== height) throw new Error('not what its header says');
  return onWhiteOrBlack(bitmap);
}

/** @type {(pixels: Pixels) => Promise<Pixels>} the same without transparency */
async function opaque({data, width, height}) {
  if (data.every((value, i) => i % 4 !== 3 || value === 255)) return {data, width, height};
  return onWhiteOrBlack(
    await createImageBitmap(new ImageData(Uint8ClampedArray.from(data), width, height), {colorSpaceConversion: 'none'}),
  );
}

/**
 * On white; on black where the ink vanishes on white.
 * @param {ImageBitmap} bitmap  closed here
 * @returns {Pixels}
 */
function onWhiteOrBlack(bitmap) {
  try {
    const white = onPaper(bitmap, '#fff');
    return visible(white) ? white : onPaper(bitmap, '#000');
  } finally {
    bitmap.close();
  }
}

/**
 * @param {ImageBitmap} bitmap
 * @param {string} paper
 * @returns {Pixels}
 */
function onPaper(bitmap, paper) {
  const {width, height} = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', {willReadFrequently: true});
  if (!context) throw new Error('no canvas');
  context.fillStyle = paper;
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  return context.getImageData(0, 0, width, height);
}

/** @type {(pixels: Pixels) => boolean} */
function visible({data}) {
  let [least, most] = [255, 0];
  for (let i = 0; i < data.length; i++) {
    if (i % 4 === 3) continue;
    if (data[i] < least) least = data[i];
    if (data[i] > most) most = data[i];
    if (most - least > pixels.SAME) return true;
  }
  return false;
}
