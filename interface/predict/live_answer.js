// The live answer: always for the newest drawing, never older than what the page already shows.
//
// At most one request is under way while the pen moves; what was drawn meanwhile goes out when it returns, as one request.
// A pen that lifts does not wait: it overtakes a request for less than the whole stroke.
//
// Where the page can read by itself (interface/reader/reader.js), its answer is shown while the pen moves, and nothing is asked.
// When the pen lifts, the page's answer is there at once, and the one that is asked for replaces it.

/** @import {Answer} from '../page/types.js' */

const PAUSE = 60; // ms between two requests while drawing: faster than the eye follows digits, a sixth of a core here

/**
 * A request under way. finished: the pen was lifted; asked: it has left this page.
 * @typedef {{version: number, finished: boolean, asked: boolean, controller: AbortController}} Request
 */

/**
 * What a LiveAnswer calls.
 * @typedef {object} Calls
 * @property {(signal: AbortSignal, pageAnswer: Answer | null, brief: boolean) => Promise<Answer | null>} ask  an answer for the drawing as
 *   it is now, or null where a busy server passed it over; brief: what needs longer may be left out, and then the answer is `brief`
 * @property {(finished: boolean) => Promise<Answer | null>} readHere  the page's own answer, or null where it cannot read this
 * @property {(answer: Answer, finished: boolean) => void} show  puts an answer on the page
 * @property {(error: unknown) => void} fail  says what went wrong
 */

export class LiveAnswer {
  /** @param {Calls} calls */
  constructor(calls) {
    this.calls = calls;
    /** Version of the drawing. */
    this.version = 0;
    /** Version that the answer on the page is for. */
    this.shownVersion = 0;
    /** @type {Request | null} under way */
    this.request = null;
    /** When the last request began, ms. */
    this.lastBegun = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} of the next request */
    this.timer = undefined;
    /** @type {Answer | null} what was asked for, where that is what the page shows */
    this.answer = null;
    /** @type {Answer | null} the page's own answer, where that is what the page shows */
    this.pageAnswer = null;
    /** Whether the page could read the last drawing itself. */
    this.pageReads = false;
  }

  /** Whether the page shows the answer to the drawing as it is now. */
  get upToDate() {
    return this.shownVersion === this.version;
  }

  /** The pen moved. */
  moved() {
    this.version += 1;
    this.schedule();
  }

  /** The pen is up; nothing was drawn since it last moved, so an answer to that is already the answer. */
  lifted() {
    if (this.request?.version === this.version) this.request.finished = true;
    else if (this.upToDate && this.answer) this.calls.show(this.answer, true);
    else this.send(true);
  }

  /** Something else is to be read: after undo, a picture, another model. */
  replaced() {
    this.version += 1;
    this.send(true);
  }

  /** Whatever is under way is for a drawing that is gone: its answer must not appear. */
  forget() {
    this.request?.controller.abort();
    this.request = null;
    this.answer = null;
    this.pageAnswer = null;
    this.cancelTimer();
    this.version += 1;
    this.shownVersion = this.version;
  }

  /** Begin the next request when it is time, unless one is waited for already. */
  schedule() {
    if (this.timer !== undefined) return;
    if (this.request && !(this.pageReads && this.request.asked)) return; // the page's own reading need not wait for what is asked
    const pause = this.pageReads ? 0 : PAUSE;
    this.timer = setTimeout(() => this.send(), Math.max(0, this.lastBegun + pause - performance.now()));
  }

  cancelTimer() {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** Read the drawing as it is now, in place of what is under way. */
  async send(finished = false) {
    this.cancelTimer();
    this.request?.controller.abort();
    const request = {version: this.version, finished, asked: false, controller: new AbortController()};
    this.request = request;
    this.lastBegun = performance.now();
    let again = false;
    try {
      if (await this.readInPage(request)) again = await this.ask(request);
    } catch (error) {
      if (this.request === request) this.calls.fail(error);
    } finally {
      if (this.request === request) {
        this.request = null;
        if (again) this.send(true);
        else if (this.version > request.version) this.schedule();
      }
    }
  }

  /**
   * Show the page's own answer, if it has one.
   * @param {Request} request
   * @returns {Promise<boolean>} whether the server is to be asked as well
   */
  async readInPage(request) {
    if (this.upToDate) return true;
    this.pageAnswer = await this.calls.readHere(request.finished);
    if (this.request !== request) return false; // overtaken or forgotten
    this.pageReads = Boolean(this.pageAnswer);
    if (!this.pageAnswer) return true;
    if (!this.pageAnswer.brief) this.shownVersion = request.version; // what is brief is read again when the pen lifts
    this.answer = null; // of what was asked before
    this.calls.show(this.pageAnswer, false);
    return request.finished;
  }

  /**
   * Show the answer that is asked for.
   * @param {Request} request
   * @returns {Promise<boolean>} whether to ask again for the whole answer: the pen was lifted while a brief one was under way
   */
  async ask(request) {
    request.asked = true;
    const answer = await this.calls.ask(request.controller.signal, this.pageAnswer, !request.finished);
    if (this.request !== request) return false; // overtaken or forgotten
    if (answer === null) {
      this.timer = setTimeout(() => this.send(request.finished && this.version === request.version), PAUSE);
      return false;
    }
    if (!answer.brief) this.shownVersion = request.version;
    const again = Boolean(answer.brief) && request.finished && this.version === request.version;
    this.answer = answer;
    this.pageAnswer = null;
    this.calls.show(answer, request.finished && !answer.brief);
    return again;
  }
}
