// The Predict tab: joins the pad, pictures and the server's answer. `mount(element)` is called by the component
// (interface/predict/pad.py) each time Gradio puts it on the page; the drawing outlives that.

import {EMPTY, prepare, show, speak} from './answer.js';
import {Batch} from './batch.js';
import {open as openCamera} from './camera.js';
import {card} from './result_card.js';
import {showExamples} from './examples.js';
import {Later} from './explanations.js';
import {Live} from './live_answer.js';
import {save} from '../page/save.js';
import * as server from './server.js';
import {Sketchpad} from './pad.js';
import {decode, encode, sheet} from './strokes.js';
import {cutOut} from './tiles.js';
import {Told} from './corrections.js';

let page = null; // the page's one Predict tab

class Predict {
  constructor(root) {
    this.root = root;
    this.parts = prepare(root);
    this.problem = root.querySelector('[data-testid=problem]');
    this.photo = root.querySelector('.photo');
    this.engine = null; // {model, read} once the page can read drawings itself
    this.source = null; // what is read when it is not the drawing: {blob} a picture, or a promise of one, {image} 28 × 28 bytes
    this.later = new Later(root);
    this.told = new Told(
      root,
      () => this.oneDigit(),
      (error) => {
        this.problem.textContent = error.message;
      },
    );
    this.batch = new Batch(
      root,
      (file) => this.look(file),
      (text) => {
        this.parts.spoken.textContent = text;
      },
    );
    this.live = new Live(
      (...how) => this.ask(...how),
      (answer, finished) => this.show(answer, finished),
      (error) => this.fail(error),
      (finished) => this.ownReading(finished),
    );
    this.pad = new Sketchpad(root.querySelector('[data-testid=sketchpad]'), (how) => this.drawn(how));
    this.wire();
  }

  wire() {
    const on = (selector, event, act) => this.root.querySelector(selector).addEventListener(event, act);
    for (const tool of this.root.querySelectorAll('[data-tool]')) {
      tool.addEventListener('click', () => {
        if (this.source) this.back(); // whoever takes the pen wants to draw
        this.pad.erasing = tool.dataset.tool === 'eraser';
        for (const one of this.root.querySelectorAll('[data-tool]')) one.setAttribute('aria-pressed', one === tool);
      });
    }
    const size = this.root.querySelector('[data-size]');
    const resize = () => {
      this.pad.width = Number(size.value);
    };
    size.addEventListener('input', resize);
    resize(); // it may have been moved before this code was here, or by the browser on a visit's return
    on('[data-testid=undo]', 'click', () => this.undo());
    on('[data-testid=redo]', 'click', () => this.pad.redo());
    on('[data-testid=clear]', 'click', () => this.clear());
    on('[data-testid=link]', 'click', (event) => this.copyLink(event.target));
    on('[data-testid=card]', 'click', () => this.saveCard());
    on('[data-testid=camera]', 'click', () =>
      openCamera(this.root.querySelector('dialog.camera')).then(
        (blob) => blob && this.openPicture(blob),
        (error) => this.fail(error),
      ),
    );
    on('[data-testid=upload] input', 'change', () => this.openChosen());
    for (const zone of this.root.querySelectorAll('[data-drop]')) {
      zone.addEventListener('dragover', () => zone.classList.add('over'));
      for (const end of ['dragleave', 'drop']) zone.addEventListener(end, () => zone.classList.remove('over'));
    }
    showExamples(this.root.querySelector('.examples'), (coming) => this.openPicture(coming)).catch(() => {});
  }

  // ---- what is read ----

  async ask(signal, own, brief) {
    if (this.source?.image) return server.readImage(this.source.image, signal);
    if (this.source) return server.read(await this.source.blob, signal, 'large');
    return server.readDrawing(this.pad.all, signal, own, brief);
  }

  /** The page's own reading of the drawing, with the model that is chosen and in brief while the pen moves; null where the server
   *  must be asked. */
  async ownReading(finished) {
    const model = server.model();
    if (this.source || model !== this.engine?.model) return null;
    const drawing = sheet(this.pad.all);
    const answer = await this.engine.read(model, drawing, !finished).catch(() => null);
    return answer && Object.assign(answer, {drawing});
  }

  /** Load what the page needs to read by itself, if it can. */
  async prepare() {
    const name = server.model();
    try {
      const {canRead, load, read} = await import('../reader/reader.js');
      if (!canRead(name)) return;
      await load(name);
      if (name !== server.model()) return; // another was chosen meanwhile
      this.engine = {model: name, read};
      this.root.dataset.reads = name;
    } catch {
      /* no WebAssembly here, or no runtime: the server answers */
    }
  }

  drawn(how) {
    this.leavePicture();
    this.leaveAnswer();
    this.root.classList.toggle('blank', this.pad.empty);
    if (this.pad.empty) {
      // nothing to ask, and no answer under way may appear
      this.live.forget();
      this.show(EMPTY, true);
    } else {
      this.parts.answer.setAttribute('aria-busy', 'true');
      this.live[how]();
    }
  }

  /** files: what a person chose, dropped or pasted; several make a table. */
  openFiles(files) {
    this.problem.textContent = '';
    if (files.length > 1) this.batch.start(files);
    else if (files.length) this.openPicture(files[0]);
  }

  /** What the button for pictures holds. */
  openChosen() {
    const input = this.root.querySelector('[data-testid=upload] input');
    this.openFiles([...input.files]);
    input.value = ''; // the same file can be chosen again
  }

  /** One file of the table, where the pad is in sight. */
  look(file) {
    this.openPicture(file);
    this.root.scrollIntoView({block: 'start'});
  }

  /** blob: a picture file, or a promise of one; its answer comes with the picture as the server understood it. */
  openPicture(blob) {
    this.live.forget();
    this.leaveAnswer();
    this.source = {blob};
    this.root.classList.add('waiting');
    this.live.replaced();
  }

  /** bytes: 784 numbers 0–255, read as the image it is (from the Evaluate tab). */
  openImage(bytes) {
    this.live.forget();
    this.leaveAnswer();
    this.source = {image: Uint8Array.from(bytes)};
    this.live.replaced();
  }

  show(answer, finished) {
    this.root.classList.remove('waiting');
    if (this.source) this.showPhoto(answer);
    const shown = this.source ? this.photo.querySelector('img') : (answer.drawing ?? sheet(this.pad.all));
    this.read = {answer, shown};
    show(this.parts, answer, shown, (digit, byHand) => {
      this.read.digit = digit;
      if (finished || byHand) this.later.about(digit, answer.model);
    });
    this.parts.answer.setAttribute('aria-busy', this.live.shown !== this.live.drawn);
    if (finished) speak(this.parts, answer);
  }

  showPhoto(answer) {
    this.photo.querySelector('img').src = answer.picture;
    this.photo.hidden = false;
    this.photo.classList.toggle('tiny', answer.size[0] < 100);
    this.photo.style.setProperty('--shape', answer.size[0] / answer.size[1]);
    this.root.classList.add('pictured');
    this.root.classList.remove('blank');
  }

  /** Something else is to be read: what was asked and chosen of the answer before is over, and what was wrong with it. Until then
   *  a sentence stands, though the drawing that was there before a bad file is read again. */
  leaveAnswer() {
    this.problem.textContent = '';
    this.later.stop();
    this.parts.chosen = null;
  }

  leavePicture() {
    this.source = null;
    this.photo.hidden = true;
    this.root.classList.remove('pictured', 'waiting');
  }

  /** A request failed: say why, and show no answer that belongs to something else. */
  fail(error) {
    const drawing = !this.source;
    this.leavePicture();
    this.root.classList.toggle('blank', this.pad.empty);
    if (!drawing && !this.pad.empty)
      this.live.replaced(); // the drawing is what is on the pad again
    else if (!drawing || this.live.shown !== this.live.drawn || !this.read) {
      // else the page's own reading stands
      this.read = null;
      this.later.about();
      show(this.parts, EMPTY, null);
    }
    this.parts.answer.setAttribute('aria-busy', 'false');
    this.problem.textContent = error.message;
  }

  // ---- commands ----

  undo() {
    if (this.source) this.back();
    else this.pad.undo();
  }

  clear() {
    this.problem.textContent = '';
    if (!this.source) return this.pad.clear();
    if (this.pad.empty) this.back();
    else {
      this.leavePicture();
      this.pad.clear();
    }
  }

  /** From a picture back to the drawing. */
  back() {
    this.drawn('replaced');
  }

  modelChanged() {
    this.problem.textContent = '';
    this.prepare();
    if (this.source || !this.pad.empty) this.live.replaced();
    if (this.batch.files.length) this.batch.read();
  }

  /** What is kept when a person says which digit this is: a drawing of one digit whole, else the digit that is looked at. */
  oneDigit() {
    const {answer, shown, digit} = this.read ?? {};
    if (!digit) return null;
    return this.source || answer.digits.length > 1 ? cutOut(shown, digit.box, answer.size[0]) : shown;
  }

  async saveCard() {
    const {answer, shown} = this.read ?? {};
    if (answer?.digits.length) save(await card(this.root, shown, answer), `digits-${answer.text.replaceAll('\n', '-') || 'none'}.png`);
  }

  async copyLink(button) {
    const code = this.pad.empty || this.source ? '' : encode(this.pad.strokes);
    if (!code) {
      this.problem.textContent =
        this.pad.empty || this.source ? 'Draw something first: the link carries the drawing.' : 'This drawing is too long for a link.';
      return;
    }
    history.replaceState(null, '', `#d=${code}`);
    try {
      await navigator.clipboard.writeText(location.href);
      button.textContent = 'Link copied';
    } catch {
      button.textContent = 'Link is in the address bar';
    } // no clipboard without https
    clearTimeout(this.linked);
    this.linked = setTimeout(() => {
      button.textContent = 'Copy link';
    }, 1800);
  }

  openLink() {
    const strokes = decode(new URLSearchParams(location.hash.slice(1)).get('d'));
    if (strokes?.length) this.pad.become(strokes);
  }
}

/** Start the tab in `element`, or carry the drawing over when Gradio put the component on the page again. */
export function mount(element) {
  const root = element.querySelector('.predict');
  if (!root || page?.root === root) return;
  const strokes = page?.pad.strokes;
  page = new Predict(root);
  root.classList.add('blank', 'ready');
  if (strokes?.length) page.pad.set(strokes);
  else page.openLink();
  page.openChosen(); // before this code was here
  (window.requestIdleCallback ?? setTimeout)(() => page.prepare()); // 3 MB that nobody should wait for
}

/** For the Evaluate tab: show a 28 × 28 image (784 bytes) here, exactly as it is. */
export const openImage = (bytes) => page?.openImage(bytes);

// ---- what the whole page hears: keys, paste, files dropped, the model picker ----

const visible = () => page?.root.isConnected && page.root.offsetParent !== null;
const typing = (target) => target.closest?.('input:not([type=range]), textarea, select, [contenteditable], dialog');

document.addEventListener('keydown', (event) => {
  if (!visible() || typing(event.target)) return;
  const command = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (event.key === 'Escape') page.clear();
  else if (command && key === 'z' && !event.shiftKey) page.undo();
  else if (command && (key === 'y' || key === 'z')) page.pad.redo();
  else return;
  event.preventDefault();
});

document.addEventListener('paste', (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (!visible() || typing(event.target) || !files.length) return;
  event.preventDefault();
  page.openFiles(files);
});

// a file dropped beside the pad is meant for it; left to the browser it would replace the page and the drawing
document.addEventListener('dragover', (event) => {
  if (visible() && !typing(event.target)) event.preventDefault();
});
document.addEventListener('drop', (event) => {
  if (!visible() || !event.dataTransfer.files.length) return;
  event.preventDefault();
  page.openFiles([...event.dataTransfer.files]);
});

document.addEventListener('change', (event) => {
  if (event.target.matches?.('[data-testid=model]')) page?.modelChanged();
});
window.addEventListener('hashchange', () => page?.openLink());
document.addEventListener('open-image', ({detail}) => openImage(detail)); // from the dashboard
