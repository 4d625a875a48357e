// A zip of small files, stored without compression: pictures do not shrink. Written by hand, for a library (fflate) would be one
// more thing to fetch at set-up, in place of these 60 lines.

const CRC = Uint32Array.from({length: 256}, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n;
});
/** @type {(bytes: Uint8Array) => number} */
export const crc32 = (bytes) => ~bytes.reduce((crc, byte) => CRC[(crc ^ byte) & 255] ^ (crc >>> 8), -1) >>> 0;

/**
 * Fields one after the other, little-endian.
 * @param {[size: number, value: number][]} fields  size: 2 or 4 bytes
 */
function record(fields) {
  const bytes = new DataView(new ArrayBuffer(fields.reduce((sum, [size]) => sum + size, 0)));
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) bytes.setUint16(at, value, true);
    else bytes.setUint32(at, value, true);
    at += size;
  }
  return bytes.buffer;
}

/**
 * A zip that every system's unzip opens.
 * @param {[path: string, content: Uint8Array<ArrayBuffer>][]} files  at most 65,535 of together 4 GB, for this format
 * @returns {Blob}
 */
export function zip(files) {
  /** @type {(ArrayBuffer | Uint8Array<ArrayBuffer>)[]} */
  const parts = [];
  /** @type {(ArrayBuffer | Uint8Array<ArrayBuffer>)[]} */
  const index = [];
  let at = 0;
  for (const [path, content] of files) {
    const name = new TextEncoder().encode(path);
    // version 2.0, name in UTF-8, stored, midnight of 1 January 1980, checksum, both sizes, length of the name, no extra field
    /** @type {[size: number, value: number][]} */
    const common = [
      [2, 20],
      [2, 0x800],
      [2, 0],
      [2, 0],
      [2, 33],
      [4, crc32(content)],
      [4, content.length],
      [4, content.length],
      [2, name.length],
      [2, 0],
    ];
    const head = record([[4, 0x04034b50], ...common]);
    parts.push(head, name, content);
    index.push(record([[4, 0x02014b50], [2, 20], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]]), name);
    at += head.byteLength + name.length + content.length;
  }
  const size = index.reduce((sum, part) => sum + part.byteLength, 0);
  const end = record([
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, files.length],
    [2, files.length],
    [4, size],
    [4, at],
    [2, 0],
  ]);
  return new Blob([...parts, ...index, end], {type: 'application/zip'});
}
