// Sends a zip of pictures to the server (interface/evaluate/uploaded_test_sets.py). interface/static_site/evaluate/test_sets.js takes the
// place of this in the page without a server.

import {ROUTES} from '../page/address.js';

/**
 * @param {string} name  of the zip or folder
 * @param {Blob} content  a zip
 * @returns {Promise<string>} the test set's secret name, by which the server knows it
 * @throws {Error} a sentence, where it cannot be used or sent
 */
export async function send(name, content) {
  let answer;
  try {
    const response = await fetch(`${ROUTES}testset?${new URLSearchParams({name})}`, {method: 'POST', body: content});
    answer = await response.json();
  } catch {
    throw new Error('Your pictures could not be sent. Is the app still running?');
  }
  if (answer.error) throw new Error(answer.error);
  return answer.test_set;
}
