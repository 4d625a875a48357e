// What identifies bytes: `sha256`, and `keyOf`, which every browser has.

import {crc32} from './zip.js';

/** @type {(bytes: Uint8Array<ArrayBuffer>) => Promise<string>} '' where the browser does not say, as over plain http */
export async function sha256(bytes) {
  if (!crypto.subtle) return '';
  return Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @type {(bytes: Uint8Array<ArrayBuffer>) => Promise<string>} the same for the same bytes: sha256, else their number and checksum */
export const keyOf = async (bytes) => (await sha256(bytes)) || `${bytes.length} ${crc32(bytes)}`;
