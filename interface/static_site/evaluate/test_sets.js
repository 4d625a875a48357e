// Opens the zip of a visitor's test set in the page (`send`, in the place of interface/evaluate/send_test_set.js), as
// evaluation/picture_archive.py opens it, and keeps it for as long as the page lives (`testSet`).
import {crc32} from '../../page/zip.js';
import {HELD, LONGEST_NAME, MOST_FILE, MOST_MEMBERS, MOST_PACKED, MOST_UNPACKED, SENTENCES, TABLE, UNNAMED} from './constants.js';

/** @import {Kept} from './audit.js' */
/** @import {Report} from './types.js' */

/**
 * A picture file; content rejects with a sentence where it cannot be had.
 * @typedef {{name: string, label: number, content: () => Promise<Blob>}} PictureFile
 * What models made of it, by name.
 * @typedef {{report: Report, images: Uint8Array}} Result
 * @typedef {{name: string, packed: Uint8Array<ArrayBuffer>, results: Map<string, Result>, audits: Map<string, Kept>}} TestSet
 */

const [END, MEMBER] = [0x06054b50, 0x02014b50]; // what the last record of a zip and an entry of its directory begin with

/** @type {Map<string, TestSet>} */
const sets = new Map();
let sent = 0;

/** @type {(name: string | null) => TestSet | null} */
export const testSet = (name) => (name === null ? null : (sets.get(name) ?? null));

/**
 * @param {string} name  of the zip or folder
 * @param {Blob} content  a zip
 * @returns {Promise<string>} its name for `testSet`
 * @throws {Error} a sentence, where it is no test set
 */
export async function send(name, content) {
  if (content.size > MOST_PACKED) throw new Error(SENTENCES.large);
  const packed = new Uint8Array(await content.arrayBuffer());
  archive(packed); // or it is no test set
  sent += 1;
  const key = String(sent);
  sets.set(key, {name: name.slice(0, LONGEST_NAME) || UNNAMED, packed, results: new Map(), audits: new Map()});
  for (const oldest of sets.keys()) if (sets.size > HELD) sets.delete(oldest);
  return key;
}

/**
 * What is in a zip. What may be unpacked is counted anew with each call.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {{files: PictureFile[], table: () => Promise<Uint8Array | null>}}  files: in order of name; table: the content of metadata.csv,
 *   null without one, or where it cannot be read; one that is too large comes longer than LARGEST_TABLE
 */
export function archive(bytes) {
  const members = directory(bytes).filter(({name}) => wanted(name));
  if (members.length > MOST_MEMBERS) throw new Error(SENTENCES.members.replace('{members}', members.length.toLocaleString('en')));
  if (members.every(({name}) => labelOf(name) === null)) throw new Error(SENTENCES.no_folder);
  const room = {left: MOST_UNPACKED};
  const table = members.find(isTable);
  return {
    files: members
      .filter((member) => !isTable(member))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((member) => ({name: member.name, label: labelOf(member.name) ?? 0, content: () => picture(bytes, member, room)})),
    table: async () => {
      const content = table ? await unpacked(bytes, table, Math.min(TABLE.LARGEST_TABLE, room.left)).catch(() => null) : null;
      room.left -= Math.min(content?.length ?? 0, room.left);
      return content;
    },
  };
}

/** @typedef {{name: string, flags: number, method: number, crc: number, size: number, at: number}} Member */

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Member[]}
 */
function directory(bytes) {
  const data = new DataView(bytes.buffer);
  try {
    let end = bytes.length - 22;
    while (data.getUint32(end, true) !== END) end--; // a comment may follow; before the first byte this throws
    const count = data.getUint16(end + 10, true);
    if (count > 2 * MOST_MEMBERS) throw new RangeError('many');
    let at = data.getUint32(end + 16, true);
    return Array.from({length: count}, () => {
      if (data.getUint32(at, true) !== MEMBER) throw new Error('no entry');
      const length = data.getUint16(at + 28, true);
      const member = {
        name: new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + length)).replaceAll('\\', '/'), // as some write it on Windows
        flags: data.getUint16(at + 8, true),
        method: data.getUint16(at + 10, true),
        crc: data.getUint32(at + 16, true),
        size: data.getUint32(at + 20, true),
        at: data.getUint32(at + 42, true),
      };
      at += 46 + length + data.getUint16(at + 30, true) + data.getUint16(at + 32, true);
      return member;
    });
  } catch (error) {
    throw new Error(error instanceof RangeError && error.message === 'many' ? SENTENCES.many : SENTENCES.no_zip);
  }
}

/** @type {(name: string) => boolean} a person put this file there: no folder, not hidden, not of those that macOS adds */
function wanted(name) {
  const parts = name.split('/').filter((part) => part && part !== '.');
  return !name.endsWith('/') && parts.length > 0 && !parts.some((part) => part.startsWith('.') && part !== '..') && parts[0] !== '__MACOSX';
}

/** @type {(member: Member) => boolean} the table of the test set, beside the folders 0 to 9 */
const isTable = ({name}) => labelOf(name) === null && name.split('/').pop() === TABLE.name;

/** @type {(name: string) => string[]} the digits that name folders around a file */
const labels = (name) =>
  [
    ...new Set(
      name
        .split('/')
        .slice(0, -1)
        .filter((part) => /^[0-9]$/.test(part)),
    ),
  ].sort();

/** @type {(name: string) => number | null} the one digit that names a folder around the file */
export function labelOf(name) {
  const parts = name.split('/');
  const found = labels(name);
  return found.length === 1 && !parts.includes('..') && parts[0] ? Number(found[0]) : null;
}

/** @type {(name: string) => string[]} its path below the folder that names its digit, without what leads out of it; without such a folder its name */
export function belowLabel(name) {
  const parts = name.split('/').filter((part) => part && part !== '.' && part !== '..');
  return parts.slice(parts.slice(0, -1).findLastIndex((part) => /^[0-9]$/.test(part)) + 1 || -1);
}

/** @type {(name: string) => string} */
const whyNoLabel = (name) =>
  labels(name).length > 1 ? `It is in folders named ${labels(name).join(' and ')}; which is its digit?` : SENTENCES.elsewhere;

/**
 * A picture's bytes.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {Member} member
 * @param {{left: number}} room  bytes that may still be unpacked
 * @returns {Promise<Blob>}  rejects with a sentence
 */
async function picture(bytes, member, room) {
  if (labelOf(member.name) === null) throw new Error(whyNoLabel(member.name));
  const most = Math.min(MOST_FILE, room.left);
  const found = await unpacked(bytes, member, most);
  room.left -= Math.min(found.length, room.left);
  if (found.length > most) throw new Error(most === MOST_FILE ? SENTENCES.file : SENTENCES.unpacked);
  return new Blob([found]);
}

/**
 * A member's bytes: at most so many, and one more where there are more.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {Member} member
 * @param {number} most
 * @returns {Promise<Uint8Array<ArrayBuffer>>}  rejects with a sentence
 */
async function unpacked(bytes, member, most) {
  if (member.flags & 1) throw new Error(SENTENCES.encrypted);
  if (member.method !== 0 && member.method !== 8) throw new Error(SENTENCES.compression);
  try {
    const data = new DataView(bytes.buffer);
    const start = member.at + 30 + data.getUint16(member.at + 26, true) + data.getUint16(member.at + 28, true);
    if (start + member.size > bytes.length) throw new Error('cut off');
    const packed = new Blob([bytes.subarray(start, start + member.size)]).stream();
    const found = await beginning(member.method ? packed.pipeThrough(new DecompressionStream('deflate-raw')) : packed, most + 1);
    if (found.length <= most && crc32(found) !== member.crc) throw new Error('checksum');
    return found;
  } catch {
    throw new Error(SENTENCES.damaged);
  }
}

/**
 * What a stream gives first.
 * @param {ReadableStream<Uint8Array>} stream
 * @param {number} most  bytes
 */
async function beginning(stream, most) {
  const reader = stream.getReader();
  /** @type {Uint8Array[]} */
  const parts = [];
  let size = 0;
  while (size < most) {
    const {done, value} = await reader.read();
    if (done) break;
    size += value.length;
    parts.push(value);
  }
  reader.cancel().catch(() => {}); // of what is left; of a stream that has ended nothing
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole.subarray(0, most);
}
