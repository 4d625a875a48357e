// What a picture's first bytes say: its format, its size in pixels and which way up it is (`inspect`). Nothing is decoded.

/**
 * orientation: of EXIF, 1–8; valueAt: where in the file the low bytes of that number are, for who wants to change it.
 * @typedef {{kind: string, width: number, height: number, orientation: number, valueAt: number[]}} Header
 */

/** @type {(bytes: Uint8Array, at: number, text: string) => boolean} */
const says = (bytes, at, text) => [...text].every((letter, i) => bytes[at + i] === letter.charCodeAt(0));
/** @type {(bytes: Uint8Array) => DataView} */
const view = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * @param {Uint8Array} bytes
 * @returns {Header | null} null where the format is not known, or its header is damaged
 */
export function inspect(bytes) {
  for (const [kind, is, read] of KINDS) {
    if (!is(bytes)) continue;
    try {
      const {width, height, blocks = []} = read(bytes);
      if (!(width > 0 && height > 0)) return null;
      const turned = blocks.flatMap((at) => orientationIn(bytes, at));
      const orientation = turned.length ? turned[0].value : orientationInXmp(bytes, kind);
      return {kind, width, height, orientation: orientation >= 2 && orientation <= 8 ? orientation : 1, valueAt: turned.map(({at}) => at)};
    } catch {
      return null; // it ends too early
    }
  }
  return null;
}

/**
 * How many scans a JPEG has.
 * @param {Uint8Array} bytes
 */
export function scans(bytes) {
  let count = 0;
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) if (bytes[at + 1] === 0xda) count++;
  return count;
}

/** @typedef {{width: number, height: number, blocks?: number[]}} Size  blocks: where EXIF begins, if it is there */

/** @type {[kind: string, is: (bytes: Uint8Array) => boolean, read: (bytes: Uint8Array) => Size][]} */
const KINDS = [
  ['PNG', (bytes) => says(bytes, 0, '\x89PNG\r\n\x1a\n'), png],
  ['JPEG', (bytes) => says(bytes, 0, '\xff\xd8\xff'), jpeg],
  ['GIF', (bytes) => says(bytes, 0, 'GIF87a') || says(bytes, 0, 'GIF89a'), gif],
  ['BMP', (bytes) => says(bytes, 0, 'BM'), bmp],
  ['WEBP', (bytes) => says(bytes, 0, 'RIFF') && says(bytes, 8, 'WEBP'), webp],
  ['TIFF', (bytes) => says(bytes, 0, 'II*\0') || says(bytes, 0, 'MM\0*'), tiff],
  ['PPM', (bytes) => /^P[1-6]\s/.test(String.fromCharCode(...bytes.subarray(0, 3))), netpbm],
];

/** @type {(bytes: Uint8Array) => Size} */
function png(bytes) {
  const data = view(bytes);
  /** @type {number[]} */
  const blocks = [];
  for (let at = 8; at + 8 <= bytes.length; at += 12 + data.getUint32(at)) if (says(bytes, at + 4, 'eXIf')) blocks.push(at + 8);
  return {width: data.getUint32(16), height: data.getUint32(20), blocks};
}

/** @type {(bytes: Uint8Array) => Size} */
function jpeg(bytes) {
  const data = view(bytes);
  /** @type {number[]} */
  const blocks = [];
  for (let at = 2; ; ) {
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++; // padding
    const marker = data.getUint16(at);
    if (marker >> 8 !== 0xff) throw new Error('no marker');
    if (marker === 0xffe1 && says(bytes, at + 4, 'Exif\0\0')) blocks.push(at + 10);
    const isFrame = marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
    if (isFrame) return {height: data.getUint16(at + 5), width: data.getUint16(at + 7), blocks};
    at += 2 + data.getUint16(at + 2);
  }
}

/** @type {(bytes: Uint8Array) => Size} */
function gif(bytes) {
  const data = view(bytes);
  return {width: data.getUint16(6, true), height: data.getUint16(8, true)};
}

/** @type {(bytes: Uint8Array) => Size} */
function bmp(bytes) {
  const data = view(bytes);
  if (data.getUint32(14, true) === 12) return {width: data.getUint16(18, true), height: data.getUint16(20, true)};
  return {width: data.getInt32(18, true), height: Math.abs(data.getInt32(22, true))};
}

/** @type {(bytes: Uint8Array) => Size} */
function webp(bytes) {
  const data = view(bytes);
  /** @type {number[]} */
  const blocks = [];
  for (let at = 12; at + 8 <= bytes.length; at += 8 + data.getUint32(at + 4, true) + (data.getUint32(at + 4, true) & 1)) {
    if (says(bytes, at, 'EXIF')) blocks.push(says(bytes, at + 8, 'Exif\0\0') ? at + 14 : at + 8);
  }
  if (says(bytes, 12, 'VP8X')) {
    return {width: 1 + (data.getUint32(24, true) & 0xffffff), height: 1 + (data.getUint32(26, true) >> 8), blocks};
  }
  if (says(bytes, 12, 'VP8L')) {
    const packed = data.getUint32(21, true);
    return {width: 1 + (packed & 0x3fff), height: 1 + ((packed >> 14) & 0x3fff)};
  }
  return {width: data.getUint16(26, true) & 0x3fff, height: data.getUint16(28, true) & 0x3fff};
}

/** @type {(bytes: Uint8Array) => Size} */
function tiff(bytes) {
  const tags = directory(bytes, 0);
  return {width: tags.get(256)?.value ?? 0, height: tags.get(257)?.value ?? 0, blocks: [0]};
}

/** @type {(bytes: Uint8Array) => Size} */
function netpbm(bytes) {
  const [, width, height] = netpbmNumbers(bytes).values;
  return {width, height};
}

/**
 * The numbers of a netpbm header: its kind 1–6, width, height and, but for bitmaps, the largest value.
 * @param {Uint8Array} bytes
 * @returns {{values: number[], end: number}} end: where the pixels begin
 */
export function netpbmNumbers(bytes) {
  const wanted = '14'.includes(String.fromCharCode(bytes[1])) ? 3 : 4;
  const values = [bytes[1] - 48];
  let at = 2;
  while (values.length < wanted) {
    const letter = String.fromCharCode(bytes[at]);
    if (letter === '#') while (at < bytes.length && bytes[at] !== 10) at++;
    else if (/\d/.test(letter)) {
      let value = 0;
      for (; bytes[at] >= 48 && bytes[at] <= 57; at++) value = 10 * value + bytes[at] - 48;
      values.push(value);
      continue;
    } else if (!/\s/.test(letter)) throw new Error('no number');
    at++;
    if (at >= bytes.length) throw new Error('cut off');
  }
  return {values, end: at + 1};
}

/**
 * The tags of the first directory of a TIFF file, or of EXIF: the first value of each, where it is a whole number, and where that is.
 * @param {Uint8Array} bytes
 * @param {number} start  where the block begins
 * @returns {Map<number, {value: number, at: number}>}
 */
export function directory(bytes, start) {
  const data = view(bytes);
  const little = bytes[start] === 0x49;
  const first = start + data.getUint32(start + 4, little);
  const tags = new Map();
  for (let entry = 0; entry < data.getUint16(first, little); entry++) {
    const at = first + 2 + 12 * entry;
    const type = data.getUint16(at + 2, little);
    if (type === 3) tags.set(data.getUint16(at, little), {value: data.getUint16(at + 8, little), at: at + (little ? 8 : 9)});
    else if (type === 4) tags.set(data.getUint16(at, little), {value: data.getUint32(at + 8, little), at: at + (little ? 8 : 11)});
  }
  return tags;
}

/** @type {(bytes: Uint8Array, start: number) => {value: number, at: number}[]} none where EXIF is damaged or does not say */
function orientationIn(bytes, start) {
  try {
    const found = directory(bytes, start).get(0x0112);
    return found ? [found] : [];
  } catch {
    return [];
  }
}

/** @type {(bytes: Uint8Array, kind: string) => number} what programs that write no EXIF say in XMP; 1 where they do not */
function orientationInXmp(bytes, kind) {
  if (!['JPEG', 'PNG', 'WEBP'].includes(kind)) return 1;
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, 65536));
  return Number(/tiff:Orientation(?:="|>)([0-9])/.exec(text)?.[1] ?? 1);
}
