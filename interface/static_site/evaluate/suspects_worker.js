// Finds the suspects of a test set in a thread of its own: 10,000 pictures are 50 million pairs. A message is the arguments of `find` in
// suspects.js, the answer what it returns. A module; audit_run.js starts it.

import {find} from './suspects.js';

addEventListener('message', (/** @type {MessageEvent<Parameters<typeof find>>} */ {data}) => postMessage(find(...data)));
