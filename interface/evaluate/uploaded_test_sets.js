// A test set of one's own for the Evaluate tab: what is chosen becomes one zip for the server (interface/evaluate/uploaded_test_sets.py).

import {zip} from '../page/zip.js';

const MOST = 50 * 1024 * 1024;
const MOST_FILES = 2000; // what the server takes (evaluation/picture_archive.py): no use sending more

/** The files of a chosen folder (with webkitRelativePath) as a zip: all but hidden ones. Throws an Error with a sentence. */
async function packed(files) {
  const chosen = files.filter((file) => !/(^|\/)\./.test(file.webkitRelativePath));
  if (!chosen.some((file) => /(^|\/)[0-9]\/[^/]+$/.test(file.webkitRelativePath))) {
    throw new Error('There is no folder named 0 to 9 with pictures in it. Put each picture into the folder of its digit.');
  }
  if (chosen.length > MOST_FILES) throw new Error(`This folder has ${chosen.length} files; at most ${MOST_FILES} are read at once.`);
  if (chosen.reduce((sum, file) => sum + file.size, 0) > MOST)
    throw new Error('This folder is over 50 MB. Choose fewer or smaller pictures.');
  const contents = await Promise.all(chosen.map((file) => file.arrayBuffer()));
  return zip(chosen.map((file, i) => [file.webkitRelativePath, new Uint8Array(contents[i])]));
}

/** Send what an <input> chose, a zip or a folder, to the server under `base`; resolves to the test set's secret name. */
export async function send(base, input) {
  const files = [...input.files];
  const folder = input.webkitdirectory;
  const whole = folder ? await packed(files) : files[0];
  if (whole.size > MOST) throw new Error('This zip is over 50 MB. Send fewer or smaller pictures.');
  const name = folder ? files[0].webkitRelativePath.split('/')[0] : files[0].name;
  let answer;
  try {
    answer = await (await fetch(`${base}testset?${new URLSearchParams({name})}`, {method: 'POST', body: whole})).json();
  } catch {
    throw new Error('Your pictures could not be sent. Is the app still running?');
  }
  if (answer.error) throw new Error(answer.error);
  return answer.test_set;
}
