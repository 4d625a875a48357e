// Sends a test set of the visitor's pictures to be evaluated: a zip, or a folder that becomes one here.

import {zip} from '../page/zip.js';
import {send} from './send_test_set.js';

// What the server takes (evaluation/picture_archive.py): no use sending more.
const MOST_BYTES = 50 * 1024 * 1024;
const MOST_FILES = 2000;

/**
 * The files of a chosen folder as a zip: all but hidden ones.
 * @param {File[]} files  with webkitRelativePath
 * @returns {Promise<Blob>}
 * @throws {Error} a sentence, where it is no test set or too large
 */
async function packed(files) {
  const chosen = files.filter((file) => !/(^|\/)\./.test(file.webkitRelativePath));
  if (!chosen.some((file) => /(^|\/)[0-9]\//.test(file.webkitRelativePath))) {
    throw new Error('There is no folder named 0 to 9 with pictures in it. Put each picture into the folder of its digit.');
  }
  if (chosen.length > MOST_FILES) throw new Error(`This folder has ${chosen.length} files; at most ${MOST_FILES} are read at once.`);
  if (chosen.reduce((sum, file) => sum + file.size, 0) > MOST_BYTES) {
    throw new Error('This folder is over 50 MB. Choose fewer or smaller pictures.');
  }
  const contents = await Promise.all(chosen.map((file) => file.arrayBuffer()));
  return zip(chosen.map((file, i) => [file.webkitRelativePath, new Uint8Array(contents[i])]));
}

/**
 * Send what an input of files holds, a zip or a folder.
 * @param {HTMLInputElement} input  with a file or more
 * @returns {Promise<string>} the test set's secret name, as `send` gives it
 * @throws {Error} a sentence, where it cannot be used or sent
 */
export async function upload(input) {
  const files = [...(input.files ?? [])];
  const folder = input.webkitdirectory;
  const content = folder ? await packed(files) : files[0];
  if (content.size > MOST_BYTES) throw new Error('This zip is over 50 MB. Send fewer or smaller pictures.');
  const name = folder ? files[0].webkitRelativePath.split('/')[0] : files[0].name;
  return send(name, content);
}
