// A folder of pictures as one zip, stored without compression (pictures do not shrink), for the Evaluate tab.

const MOST = 50 * 1024 * 1024, MOST_FILES = 2000;  // what the server takes (evaluation/archive.py): no use sending more
const CRC = Uint32Array.from({length: 256}, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n;
});
const crc32 = (bytes) => ~bytes.reduce((crc, byte) => CRC[(crc ^ byte) & 255] ^ (crc >>> 8), -1) >>> 0;

/** Fields of 2 or 4 bytes, little-endian: [[size, value], …]. */
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

/** The files of a chosen folder that lie in a folder named 0 to 9, as a zip (Blob). Throws an Error with a sentence. */
export async function zipFolder(files) {
  const chosen = files.filter((file) => /(^|\/)[0-9]\/[^/.][^/]*$/.test(file.webkitRelativePath));
  if (!chosen.length) throw new Error('There is no folder named 0 to 9 with pictures in it. Put each picture into the folder of its digit.');
  if (chosen.length > MOST_FILES) throw new Error(`This folder has ${chosen.length} pictures; at most ${MOST_FILES} are read at once.`);
  if (chosen.reduce((sum, file) => sum + file.size, 0) > MOST) throw new Error('This folder is over 50 MB. Choose fewer or smaller pictures.');
  const parts = [], index = [];
  let at = 0;
  for (const file of chosen) {
    const content = new Uint8Array(await file.arrayBuffer()), name = new TextEncoder().encode(file.webkitRelativePath);
    // version 2.0, name in UTF-8, stored, no date, checksum, both sizes, length of the name, no extra field
    const common = [[2, 20], [2, 0x800], [2, 0], [2, 0], [2, 33], [4, crc32(content)], [4, content.length], [4, content.length],
      [2, name.length], [2, 0]];
    const head = record([[4, 0x04034b50], ...common]);
    parts.push(head, name, content);
    index.push(record([[4, 0x02014b50], [2, 20], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]]), name);
    at += head.byteLength + name.length + content.length;
  }
  const size = index.reduce((sum, part) => sum + part.byteLength, 0);
  const end = record([[4, 0x06054b50], [2, 0], [2, 0], [2, chosen.length], [2, chosen.length], [4, size], [4, at], [2, 0]]);
  return new Blob([...parts, ...index, end], {type: 'application/zip'});
}
