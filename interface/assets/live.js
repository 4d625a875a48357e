// The live answer: always for the newest drawing, never older than what is already shown.
//
// At most one request is under way while the pen moves; what was drawn meanwhile goes out when it returns, as one request.
// A pen that lifts does not wait: it overtakes a request for less than the whole stroke.

const PAUSE = 60;  // ms between two requests while drawing: faster than the eye follows digits, a sixth of a core here

export class Live {
  /** ask(signal) resolves to an answer for the drawing as it is now; show(answer, finished) puts it on the page. */
  constructor(ask, show, failed) {
    Object.assign(this, {ask, show, failed});
    this.drawn = 0;      // version of the drawing
    this.shown = 0;      // version the answer on the page is for
    this.request = null; // {version, finished, controller} under way
    this.last = 0;       // when the last request left
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
    this.request = this.answer = null;
    clearTimeout(this.timer);
    this.timer = null;
    this.shown = this.drawn += 1;
  }

  later() {
    if (this.request || this.timer) return;
    this.timer = setTimeout(() => this.send(), Math.max(0, this.last + PAUSE - performance.now()));
  }

  async send(finished = false) {
    clearTimeout(this.timer);
    this.timer = null;
    this.request?.controller.abort();
    const request = {version: this.drawn, finished, controller: new AbortController()};
    this.request = request;
    this.last = performance.now();
    try {
      const answer = await this.ask(request.controller.signal);
      if (this.request !== request) return;  // overtaken or forgotten
      this.shown = request.version;
      this.answer = answer;
      this.show(answer, request.finished);
    } catch (error) {
      if (this.request === request) this.failed(error);
    } finally {
      if (this.request === request) {
        this.request = null;
        if (this.drawn > request.version) this.later();
      }
    }
  }
}
