// The Predict tab: joins the pad, opened pictures and the answers to both. `mount` starts it, each time Gradio puts its component
// (interface/predict/tab.py) on the page; the drawing outlives that.

import {copyAddress} from '../page/copy_address.js';
import {find, sentence} from '../page/dom.js';
import {decode, encode} from '../page/drawing_link.js';
import {Sketchpad} from '../page/pad.js';
import {sheetLater} from '../page/strokes.js';
import {announce, EMPTY, prepare, show, spoken} from './answer.js';
import {Batch} from './batch.js';
import {connectControls} from './controls.js';
import {Corrections} from './corrections.js';
import {DrawingReader} from './drawing_reader.js';
import {Explanations} from './explanations.js';
import {LiveAnswer} from './live_answer.js';
import {OpenedPicture} from './opened_picture.js';
import {listen} from './page_events.js';
import {saveCard} from './result_card.js';
import * as server from './server.js';
import {cutOut} from './tiles.js';

/** @import {Answer, Change, Picture} from '../page/types.js' */
/** @import {Digit} from '../reader/types.js' */

/**
 * What is read when it is not the drawing: a picture, or a promise of one; or 28 × 28 bytes as the image a network sees.
 * @typedef {{blob: Blob | Promise<Blob>} | {image: Uint8Array<ArrayBuffer>}} Source
 */

/**
 * The answer on the page. picture: gives what it is the answer to; digit: the one looked at.
 * @typedef {{answer: Answer, source: Source | null, picture: () => Picture, digit: Digit | null}} ShownAnswer
 */

/** @type {Predict | null} the page's one Predict tab */
let tab = null;
listen(() => tab);

/**
 * Start the tab, or carry the drawing over when Gradio put the component on the page again.
 * @param {Element} element  the component's
 */
export function mount(element) {
  const root = element.querySelector('.predict');
  if (!(root instanceof HTMLElement) || tab?.root === root) return;
  const strokes = tab?.pad.strokes;
  const made = new Predict(root);
  tab = made;
  root.classList.add('blank', 'ready');
  if (strokes?.length) made.pad.set(strokes);
  else made.openLink();
  made.openChosen(); // before this code was here
  (window.requestIdleCallback ?? setTimeout)(() => made.prepareReader()); // 3 MB that nobody should wait for
}

export class Predict {
  /** @param {HTMLElement} root  of the tab (interface/predict/tab.html) */
  constructor(root) {
    this.root = root;
    this.parts = prepare(root);
    this.problem = find(root, '[data-testid=problem]', HTMLElement);
    this.opened = new OpenedPicture(root);
    this.chosenFiles = find(root, '[data-testid=upload] input', HTMLInputElement);
    this.linkButton = find(root, '[data-testid=link]', HTMLElement);
    /** @type {Source | null} null: the drawing is read */
    this.source = null;
    /** @type {ShownAnswer | null} */
    this.shownAnswer = null;
    this.drawingReader = new DrawingReader();
    this.explanations = new Explanations(root);
    this.corrections = new Corrections(
      root,
      () => this.oneDigit(),
      (error) => this.showProblem(error.message),
    );
    this.batch = new Batch(
      root,
      (file) => this.openFromTable(file),
      (text) => announce(this.parts, text),
    );
    this.live = new LiveAnswer({
      ask: (signal, pageAnswer, brief) => this.ask(signal, pageAnswer, brief),
      readHere: async (finished) => (this.source ? null : this.drawingReader.read(this.pad.all, !finished)),
      show: (answer, finished) => this.show(answer, finished),
      fail: (error) => this.fail(error),
    });
    this.pad = new Sketchpad(find(root, '[data-testid=sketchpad]', HTMLCanvasElement), (how) => this.drawn(how));
    connectControls(this);
  }

  // ---- what is read ----

  /**
   * The server's answer to what is to be read now.
   * @param {AbortSignal} signal
   * @param {Answer | null} pageAnswer
   * @param {boolean} brief
   * @returns {Promise<Answer | null>}
   */
  async ask(signal, pageAnswer, brief) {
    if (!this.source) return server.readDrawing(this.pad.all, signal, pageAnswer, brief);
    if ('image' in this.source) return server.readImage(this.source.image, signal);
    return server.read(await this.source.blob, signal, 'large');
  }

  /** Load what the page needs to read drawings by itself, if it can. */
  prepareReader() {
    return this.drawingReader.prepare((model) => {
      this.root.dataset.reads = model;
    });
  }

  /** @param {Change} how  the drawing changed */
  drawn(how) {
    if (this.source) this.live.forget(); // its answer is not the drawing's
    this.leavePicture();
    this.leaveAnswer();
    this.root.classList.toggle('blank', this.pad.empty);
    if (this.pad.empty) {
      this.live.forget(); // nothing to ask, and no answer under way may appear
      this.show(EMPTY, true);
    } else {
      this.live[how]();
      this.parts.answer.setAttribute('aria-busy', String(!this.live.upToDate)); // what a lifted pen has drawn may be read already
    }
  }

  /**
   * Open what a person chose, dropped or pasted; several make a table.
   * @param {File[]} files
   */
  openFiles(files) {
    this.showProblem('');
    if (files.length > 1) this.batch.start(files);
    else if (files.length) this.openPicture(files[0]);
  }

  /** Open what the button for pictures holds. */
  openChosen() {
    this.openFiles([...(this.chosenFiles.files ?? [])]);
    this.chosenFiles.value = ''; // the same file can be chosen again
  }

  /** @param {File} file  of the table; it is opened where the pad is in sight */
  openFromTable(file) {
    this.openPicture(file);
    this.root.scrollIntoView({block: 'start'});
  }

  /**
   * Read a picture file; its answer comes with the picture as the server understood it.
   * @param {Blob | Promise<Blob>} blob
   */
  openPicture(blob) {
    this.open({blob});
    this.root.classList.add('waiting');
    this.live.replaced();
  }

  /**
   * Read an image exactly as it is.
   * @param {ArrayLike<number>} bytes  28 × 28, 0 paper – 255 ink
   */
  openImage(bytes) {
    this.open({image: Uint8Array.from(bytes)});
    this.live.replaced();
  }

  /** @param {Source} source */
  open(source) {
    this.live.forget();
    this.leaveAnswer();
    this.source = source;
  }

  // ---- what is shown ----

  /**
   * Put an answer on the page.
   * @param {Answer} answer
   * @param {boolean} finished  it is the whole answer, and the pen is up
   */
  show(answer, finished) {
    this.root.classList.remove('waiting');
    if (this.source) this.opened.show(answer);
    const picture = this.source ? () => this.opened.image : (answer.drawing ?? sheetLater(this.pad.all));
    /** @type {ShownAnswer} */
    const shownAnswer = {answer, source: this.source, picture, digit: null};
    this.shownAnswer = shownAnswer;
    show(this.parts, answer, picture, (digit, byHand) => {
      shownAnswer.digit = digit;
      if (finished || byHand) this.explanations.explain(digit, answer.model);
    });
    this.parts.answer.setAttribute('aria-busy', String(!this.live.upToDate));
    if (answer.note) this.showProblem(answer.note);
    if (finished) announce(this.parts, spoken(answer));
  }

  /** @param {string} text  says what is wrong; '': nothing is */
  showProblem(text) {
    this.problem.textContent = text;
  }

  /** Before something else is read: stop the explanations, forget the digit that was chosen and the sentence about a bad file. (A
   *  drawing that is merely read again after a bad file keeps that sentence.) */
  leaveAnswer() {
    this.showProblem('');
    this.explanations.stop();
    this.parts.chosen = null;
  }

  leavePicture() {
    this.source = null;
    if (this.shownAnswer) this.shownAnswer.source = null;
    this.opened.hide();
  }

  /**
   * A request failed: say why, and show no answer that belongs to something else.
   * @param {unknown} error
   */
  fail(error) {
    const [drawing, before] = [!this.source, this.shownAnswer];
    if (!drawing && before?.source && before.source !== this.source) {
      this.source = before.source; // a bad file does not close the picture that was open
      this.show(before.answer, true);
    } else {
      this.leavePicture();
      this.root.classList.toggle('blank', this.pad.empty);
      if (!drawing && !this.pad.empty) {
        this.live.replaced(); // the drawing is what is on the pad again
      } else if (!drawing || !this.live.upToDate || !before) {
        // else the page's own answer stands
        this.shownAnswer = null;
        this.explanations.explain(null, '');
        show(this.parts, EMPTY, null);
      }
    }
    this.parts.answer.setAttribute('aria-busy', 'false');
    this.showProblem(sentence(error));
  }

  // ---- commands ----

  undo() {
    if (this.source) this.back();
    else this.pad.undo();
  }

  clear() {
    this.showProblem('');
    if (this.source && this.pad.empty) return this.back();
    if (this.source) this.leavePicture();
    this.pad.clear();
  }

  /** Leave a picture for the drawing. */
  back() {
    this.drawn('replaced');
  }

  /** Another model was chosen. */
  modelChanged() {
    this.showProblem('');
    this.prepareReader();
    if (this.source || !this.pad.empty) this.live.replaced();
    if (this.batch.files.length) this.batch.read();
  }

  /**
   * What is kept when a person says which digit this is: a drawing of one digit whole, else the digit that is looked at.
   * @returns {HTMLCanvasElement | null} null where there is none
   */
  oneDigit() {
    if (!this.shownAnswer?.digit) return null;
    const {answer, digit, picture: given} = this.shownAnswer;
    const picture = given();
    const whole = !this.source && answer.digits.length === 1;
    return whole && picture instanceof HTMLCanvasElement ? picture : cutOut(picture, digit.box, answer.size[0]);
  }

  /** Save the answer as a picture. */
  saveCard() {
    if (this.shownAnswer?.answer.digits.length) saveCard(this.root, this.shownAnswer.picture(), this.shownAnswer.answer);
  }

  /** Copy a link that reopens this drawing. */
  copyLink() {
    const nothing = this.pad.empty || this.source;
    const code = nothing ? '' : encode(this.pad.strokes);
    if (code) copyAddress(this.linkButton, `#d=${code}`);
    else this.showProblem(nothing ? 'Draw something first: the link carries the drawing.' : 'This drawing is too long for a link.');
  }

  /** Draw what the page's address carries, if it does. */
  openLink() {
    const strokes = decode(new URLSearchParams(location.hash.slice(1)).get('d'));
    if (strokes?.length) this.pad.become(strokes);
  }
}
