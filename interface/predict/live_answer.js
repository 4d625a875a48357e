// The live answer: always for the newest drawing, never older than what is already shown.
//
// At most one request is under way while the pen moves; what was drawn meanwhile goes out when it returns, as one request.
// A pen that lifts does not wait: it overtakes a request for less than the whole stroke.
//
// Where the page can read by itself (engine.js), that is what is shown while the pen moves, and nothing is asked; when it
// lifts, the page's own reading is there at once, and what is asked has the last word.

const PAUSE = 60; // ms between two requests while drawing: faster than the eye follows digits, a sixth of a core here

export class Live {
  /** ask(signal, own, brief) resolves to an answer for the drawing as it is now, or to null when a busy server passed it over;
   *  brief: what needs longer may be left out, and then the answer's `brief` is true; show(answer, finished) puts it on the page; own(finished) resolves to the page's own answer, or to null. */
  constructor(ask, show, failed, own = () => null) {
    Object.assign(this, {ask, show, failed, own});
    this.drawn = 0; // version of the drawing
    this.shown = 0; // version the answer on the page is for
    this.request = null; // {version, finished, controller, asks: whether it has left this page} under way
    this.last = 0; // when the last request left
    this.mine = null; // the page's own answer, where that is what is shown
    this.quick = false; // whether the page could read the last drawing itself
  }

  /** The pen moved. */
  moved() {
    this.drawn += 1;
    this.later();
  }

  /** The pen is up; nothing was drawn since it last moved, so an answer to that is already the answer. */
  lifted() {
    if (this.request?.version === this.drawn) this.request.finished = true;
    else if (this.shown === this.drawn && this.answer) this.show(this.answer, true);
    else this.send(true);
  }

  /** Something else is to be read: after undo, a picture, another model. */
  replaced() {
    this.drawn += 1;
    this.send(true);
  }

  /** Whatever is under way is for a drawing that is gone: its answer must not appear. */
  forget() {
    this.request?.controller.abort();
    this.request = this.answer = this.mine = null;
    clearTimeout(this.timer);
    this.timer = null;
    this.shown = this.drawn += 1;
  }

  later() {
    if (this.timer || (this.request && !(this.quick && this.request.asks))) return; // what is quick need not wait for what is asked
    const pause = this.quick ? 0 : PAUSE;
    this.timer = setTimeout(() => this.send(), Math.max(0, this.last + pause - performance.now()));
  }

  async send(finished = false) {
    clearTimeout(this.timer);
    this.timer = null;
    this.request?.controller.abort();
    const request = {version: this.drawn, finished, controller: new AbortController()};
    let again = false;
    this.request = request;
    this.last = performance.now();
    try {
      if (this.shown !== this.drawn) {
        this.mine = await this.own(request.finished);
        if (this.request !== request) return; // overtaken or forgotten
        this.quick = Boolean(this.mine);
        if (this.mine) {
          if (!this.mine.brief) this.shown = request.version; // what is brief is read again when the pen lifts
          this.answer = null; // of what was asked before
          this.show(this.mine, false);
          if (!request.finished) return;
        }
      }
      request.asks = true;
      const brief = !request.finished;
      const answer = await this.ask(request.controller.signal, this.mine, brief);
      if (this.request !== request) return; // overtaken or forgotten
      if (answer === null) {
        this.timer = setTimeout(() => this.send(request.finished && this.drawn === request.version), PAUSE);
        return;
      }
      if (!answer.brief) this.shown = request.version;
      else if (request.finished) again = this.drawn === request.version; // the pen was lifted meanwhile
      this.answer = answer;
      this.mine = null;
      this.show(answer, request.finished && !answer.brief);
    } catch (error) {
      if (this.request === request) this.failed(error);
    } finally {
      if (this.request === request) {
        this.request = null;
        if (again) this.send(true);
        else if (this.drawn > request.version) this.later();
      }
    }
  }
}
