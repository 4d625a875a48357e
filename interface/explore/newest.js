// Work on the newest of what comes, one after another: what was overtaken meanwhile is left out.

/** @template Value */
export class Newest {
  /**
   * @param {(value: Value) => unknown} work  is waited for
   * @param {(error: unknown) => void} fail  hears what work throws
   */
  constructor(work, fail) {
    this.work = work;
    this.fail = fail;
    /** @type {Value | null} what came last */
    this.value = null;
    this.busy = false;
    this.waiting = false;
  }

  /** @param {Value} value */
  async set(value) {
    this.value = value;
    this.waiting = true;
    if (this.busy) return;
    this.busy = true;
    while (this.waiting) {
      this.waiting = false;
      try {
        await this.work(/** @type {Value} */ (this.value));
      } catch (error) {
        this.fail(error);
      }
    }
    this.busy = false;
  }
}
