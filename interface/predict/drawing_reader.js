// The page's own reader (interface/reader/reader.js) for the Predict tab: loaded after everything else, for it is 3 MB.

import {pixels, sheetLater} from '../page/strokes.js';
import * as server from './server.js';

/** @import {Answer, Stroke} from '../page/types.js' */

export class DrawingReader {
  constructor() {
    /** @type {string | null} the model that it reads with, once that is loaded */
    this.model = null;
    /** @type {typeof import('../reader/reader.js').read | null} */
    this.readPixels = null;
  }

  /**
   * Load what the page needs to read with the model that is chosen, if it can.
   * @param {(model: string) => void} ready  called once it can
   */
  async prepare(ready) {
    const name = server.model();
    try {
      const {canRead, load, read} = await import('../reader/reader.js');
      if (!canRead(name)) return;
      await load(name);
      if (name !== server.model()) return; // another was chosen meanwhile
      this.model = name;
      this.readPixels = read;
      ready(name);
    } catch {
      // no WebAssembly here, or no runtime: the server answers
    }
  }

  /**
   * Read a drawing with the model that is chosen; where nobody else can be asked, once that is loaded.
   * @param {Stroke[]} strokes
   * @param {boolean} brief
   * @returns {Promise<Answer | null>} null where the server must be asked
   */
  async read(strokes, brief) {
    const model = server.model();
    const ready = model === this.model ? this.readPixels : null;
    if (!ready && !server.ALONE) return null;
    const [given, drawing] = [pixels(strokes), sheetLater(strokes)]; // as it is now
    const read = ready ?? (await reader(model));
    const answer = read && (await read(model, given, brief).catch(() => null));
    return answer && Object.assign(answer, {drawing});
  }
}

/** @type {(model: string) => Promise<typeof import('../reader/reader.js').read | null>} what reads with a model that is still on its way */
async function reader(model) {
  const {canRead, read} = await import('../reader/reader.js').catch(() => ({canRead: () => false, read: null}));
  return canRead(model) ? read : null;
}
