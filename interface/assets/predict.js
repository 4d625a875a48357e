// The Predict tab: joins the pad, pictures and the server's answer. `mount(element)` is called by the component
// (interface/sketchpad.py) each time Gradio puts it on the page; the drawing outlives that.

import {EMPTY, prepare, show, speak} from './answer.js';
import {open as openCamera} from './camera.js';
import {Live} from './live.js';
import * as server from './server.js';
import {Sketchpad} from './sketchpad.js';
import {decode, encode, picture, sheet} from './strokes.js';
import {grey, whyTile} from './tiles.js';

const CALM = 250;  // ms without a new answer before "why" is asked: it costs a hundred readings, and nobody reads it sooner

let page = null;  // the page's one Predict tab

class Predict {
  constructor(root) {
    this.root = root;
    this.parts = prepare(root);
    this.problem = root.querySelector('[data-testid=problem]');
    this.photo = root.querySelector('.photo');
    this.source = null;  // what is read when it is not the drawing: {blob} a picture, {image} 28 × 28 bytes
    this.live = new Live((signal) => this.ask(signal), (answer, finished) => this.show(answer, finished),
      (error) => this.fail(error));
    this.pad = new Sketchpad(root.querySelector('[data-testid=sketchpad]'), (how) => this.drawn(how));
    this.wire();
  }

  wire() {
    const on = (selector, event, act) => this.root.querySelector(selector).addEventListener(event, act);
    for (const tool of this.root.querySelectorAll('[data-tool]')) {
      tool.addEventListener('click', () => {
        if (this.source) this.back();  // whoever takes the pen wants to draw
        this.pad.erasing = tool.dataset.tool === 'eraser';
        for (const one of this.root.querySelectorAll('[data-tool]')) one.setAttribute('aria-pressed', one === tool);
      });
    }
    on('[data-size]', 'input', (event) => { this.pad.width = Number(event.target.value); });
    on('[data-testid=undo]', 'click', () => this.undo());
    on('[data-testid=redo]', 'click', () => this.pad.redo());
    on('[data-testid=clear]', 'click', () => this.clear());
    on('[data-testid=link]', 'click', (event) => this.copyLink(event.target));
    on('[data-testid=camera]', 'click', () => openCamera(this.root.querySelector('dialog.camera'))
      .then((blob) => blob && this.openPicture(blob), (error) => this.fail(error)));
    on('[data-testid=upload] input', 'change', (event) => {
      if (event.target.files[0]) this.openPicture(event.target.files[0]);
      event.target.value = '';  // the same file can be chosen again
    });
    for (const zone of this.root.querySelectorAll('[data-drop]')) {
      zone.addEventListener('dragover', (event) => { event.preventDefault(); zone.classList.add('over'); });
      zone.addEventListener('dragleave', () => zone.classList.remove('over'));
      zone.addEventListener('drop', (event) => {
        event.preventDefault();
        zone.classList.remove('over');
        if (event.dataTransfer.files[0]) this.openPicture(event.dataTransfer.files[0]);
      });
    }
    server.examples().then((files) => this.showExamples(files)).catch(() => {});
  }

  // ---- what is read ----

  ask(signal) {
    if (this.source?.image) return server.readImage(this.source.image, signal);
    if (this.source) return server.read(this.source.blob, signal, true);
    return picture(this.pad.all).then((blob) => server.read(blob, signal));
  }

  drawn(how) {
    this.leavePicture();
    this.problem.textContent = '';
    this.root.classList.toggle('blank', this.pad.empty);
    if (this.pad.empty) {  // nothing to ask, and no answer under way may appear
      this.live.forget();
      this.show(EMPTY, true);
    } else {
      this.parts.answer.setAttribute('aria-busy', 'true');
      this.live[how]();
    }
  }

  /** blob: a picture file; its answer comes with the picture as the server understood it. */
  openPicture(blob) {
    this.live.forget();
    this.problem.textContent = '';
    this.source = {blob};
    this.root.classList.add('waiting');
    this.live.replaced();
  }

  /** bytes: 784 numbers 0–255, read as the image it is (from the Evaluate tab). */
  openImage(bytes) {
    this.live.forget();
    this.source = {image: Uint8Array.from(bytes)};
    this.live.replaced();
  }

  show(answer, finished) {
    this.root.classList.remove('waiting');
    this.problem.textContent = '';
    if (this.source) this.showPhoto(answer);
    const shown = this.source ? this.photo.querySelector('img') : sheet(this.pad.all);
    this.explaining?.abort();
    show(this.parts, answer, shown, (digit, byHand) => (finished || byHand) && this.explain(answer, digit));
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
    if (!drawing && !this.pad.empty) this.live.replaced();  // the drawing is what is on the pad again
    else show(this.parts, EMPTY, null);
    this.parts.answer.setAttribute('aria-busy', 'false');
    this.problem.textContent = error.message;
  }

  // ---- why ----

  async explain(answer, digit) {
    const why = this.root.querySelector('[data-testid=why]');
    this.explaining?.abort();
    if (!digit || digit.verdict === 'not a digit') { why.hidden = true; return; }
    const asked = this.explaining = new AbortController();
    const bytes = grey(digit.image);
    await new Promise((resolve) => setTimeout(resolve, CALM));
    if (asked.signal.aborted) return;
    try {
      const {weights, note} = await server.why(bytes, answer.model, asked.signal);
      if (this.explaining !== asked) return;
      whyTile(this.root.querySelector('[data-why]'), bytes, weights);
      this.root.querySelector('[data-why-note]').textContent = note;
      why.hidden = false;
    } catch { if (this.explaining === asked) why.hidden = true; }
  }

  // ---- commands ----

  undo() { if (this.source) this.back(); else this.pad.undo(); }

  clear() {
    this.problem.textContent = '';
    if (!this.source) return this.pad.clear();
    if (this.pad.empty) this.back();
    else { this.leavePicture(); this.pad.clear(); }
  }

  /** From a picture back to the drawing. */
  back() { this.drawn('replaced'); }

  modelChanged() { if (this.source || !this.pad.empty) this.live.replaced(); }

  async copyLink(button) {
    const code = this.pad.empty || this.source ? '' : encode(this.pad.strokes);
    const said = button.textContent;
    if (!code) {
      this.problem.textContent = this.pad.empty || this.source ? 'Draw something first: the link carries the drawing.'
        : 'This drawing is too long for a link.';
      return;
    }
    history.replaceState(null, '', `#d=${code}`);
    try { await navigator.clipboard.writeText(location.href); button.textContent = 'Link copied'; }
    catch { button.textContent = 'Link is in the address bar'; }  // no clipboard without https
    setTimeout(() => { button.textContent = said; }, 1800);
  }

  openLink() {
    const strokes = decode(new URLSearchParams(location.hash.slice(1)).get('d'));
    if (strokes?.length) this.pad.become(strokes);
  }

  showExamples(files) {
    this.root.querySelector('.examples').replaceChildren(...files.map((file) => {
      const name = file.replace(/\.\w+$/, '').replaceAll('-', ' ');
      const button = Object.assign(document.createElement('button'), {type: 'button', title: name});
      const image = Object.assign(document.createElement('img'), {src: server.exampleUrl(file), alt: ''});
      button.setAttribute('aria-label', `Example: ${name}`);
      button.append(image);
      button.onclick = async () => this.openPicture(await (await fetch(image.src)).blob());
      return button;
    }));
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
}

/** For the Evaluate tab: show a 28 × 28 image (784 bytes) here, exactly as it is. */
export const openImage = (bytes) => page?.openImage(bytes);

// ---- what the whole page hears: keys, paste, the model picker ----

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
  const file = [...(event.clipboardData?.files ?? [])][0];
  if (!visible() || typing(event.target) || !file) return;
  event.preventDefault();
  page.openPicture(file);
});

document.addEventListener('change', (event) => { if (event.target.matches?.('[data-testid=model]')) page?.modelChanged(); });
window.addEventListener('hashchange', () => page?.openLink());
