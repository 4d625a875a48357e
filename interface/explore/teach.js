// "Teach it your hand": the visitor draws, says which digit it was, and the network's last layer adapts in the page.

import {sentence} from '../page/dom.js';
import {percent} from '../page/percent.js';
import {save} from '../page/save.js';
import {head} from './files.js';
import {button, element} from './paint.js';
import {Hand} from './teach_hand.js';
import {columns, Results} from './teach_results.js';
import {MOST, nothing, parsed, store, stored, written} from './teach_store.js';

/** @import {Drawn, Kept, Part} from './types.js' */
/** @import {Explore} from './tab.js' */

const TIMES = ['first', 'second', 'third'];
const FILE = 'my-hand.json';
const READING = 20; // ms after which a reading under way is looked for again

/**
 * @param {HTMLElement} panel
 * @param {Explore} tab
 * @returns {Promise<Part>}
 */
export async function start(panel, tab) {
  const hand = new Hand(await head());
  const kept = stored();
  await hand.set(kept.drawings);
  return new Teach(panel, tab, hand, kept);
}

/** @implements {Part} */
class Teach {
  /**
   * @param {HTMLElement} panel
   * @param {Explore} tab
   * @param {Hand} hand
   * @param {Kept} kept
   */
  constructor(panel, tab, hand, {on, share}) {
    this.tab = tab;
    this.hand = hand;
    this.on = on;
    this.share = share;
    this.open = true;
    this.busy = false;
    /** @type {Kept | null} what was there before it was forgotten or replaced */
    this.before = null;
    panel.append(
      element('h2', 'Teach it your hand'),
      element(
        'p',
        'The network learns how you write. Draw each digit three times and say which it was: two of the three change its last layer towards your hand; the third is kept out, to judge what that brought. Below stands what it learned of you, and what it forgot of everybody else, from the first drawing on. It all happens and stays in this browser; nothing is sent.',
        'soft',
      ),
    );
    this.prompt = panel.appendChild(element('p', '', 'teach-prompt'));
    this.prompt.setAttribute('role', 'status');
    this.prompt.dataset.testid = 'teach-prompt';
    const asked = panel.appendChild(element('div', '', 'ex-row'));
    this.yes = asked.appendChild(button('', 'primary'));
    this.yes.dataset.testid = 'teach-yes';
    this.yes.onclick = () => this.tell(this.next() ?? 0);
    const digits = panel.appendChild(element('div', '', 'teach-digits'));
    digits.setAttribute('role', 'group');
    digits.setAttribute('aria-label', 'Which digit is on the pad');
    digits.append(element('span', 'Or it is another digit:'));
    for (let digit = 0; digit < 10; digit++) {
      const one = digits.appendChild(button(String(digit)));
      one.onclick = () => this.tell(digit);
    }
    panel.append(element('p', 'Or press the digit’s key while the pad has the focus.', 'soft'));
    this.note = panel.appendChild(element('p', '', 'teach-note'));
    this.note.setAttribute('role', 'status');
    this.note.dataset.testid = 'teach-note';
    this.list = panel.appendChild(element('div', '', 'teach-drawings'));
    this.list.dataset.testid = 'teach-drawings';
    this.key = panel.appendChild(element('p', 'Dashed: kept out to judge.', 'soft'));
    this.results = new Results(
      panel,
      (share, done) => this.setShare(share, done),
      (on) => this.setOn(on),
    );
    this.tools = this.addTools(panel);
    tab.pad.canvas.addEventListener('keydown', (event) => {
      if (!this.open || event.ctrlKey || event.metaKey || event.altKey || !/^\d$/.test(event.key)) return;
      event.preventDefault();
      this.tell(Number(event.key));
    });
    this.show();
  }

  /** @param {HTMLElement} panel */
  addTools(panel) {
    const [back, out, away, restore] = ['Take back the last', 'Export my hand', 'Forget my hand', 'Bring it back'].map((words) =>
      button(words),
    );
    const chooser = Object.assign(document.createElement('input'), {type: 'file', accept: '.json,application/json'});
    const into = element('label', '', 'file');
    into.append(chooser, element('span', 'Import a hand'));
    back.dataset.testid = 'teach-back';
    out.dataset.testid = 'teach-export';
    away.dataset.testid = 'teach-forget';
    restore.dataset.testid = 'teach-restore';
    chooser.dataset.testid = 'teach-import';
    back.onclick = () => this.become({...this.kept, drawings: this.hand.drawings.slice(0, -1)}, 'The last drawing was taken back.');
    out.onclick = () => save(new Blob([written(this.kept)], {type: 'application/json'}), FILE);
    away.onclick = () => this.replace(nothing(), 'Forgotten: nothing of it is kept, and the network reads as shipped.');
    restore.onclick = () => {
      const before = this.before;
      this.before = null;
      if (before) this.become(before, 'It is back.');
    };
    chooser.onchange = () => this.import(chooser);
    const row = panel.appendChild(element('div', '', 'ex-row'));
    row.append(back, out, into, away, restore);
    return {ofDrawings: [back, out, away], restore};
  }

  /** @returns {Kept} */
  get kept() {
    return {drawings: this.hand.drawings, on: this.on, share: this.share};
  }

  /** Whether another than the shipped layer reads. */
  get adapted() {
    return this.open && this.on && this.share > 0 && this.hand.change !== null;
  }

  opened() {
    this.open = true;
  }

  closed() {
    const adapted = this.adapted;
    this.open = false;
    if (adapted) this.tab.show(this.tab.drawn);
  }

  // ---- the answer to what is on the pad ----

  /** @param {Drawn | null} drawn  is read by the adapted layer too, where it is on */
  drawn(drawn) {
    const features = drawn?.inside.features;
    if (!drawn || !features || !this.adapted) return;
    const digit = this.hand.reads(features, this.share);
    this.say(drawn, digit === null ? 'no digit' : String(digit));
  }

  /**
   * @param {Drawn} drawn
   * @param {string} adapted  what the adapted layer reads
   */
  say({digit, several}, adapted) {
    const none = digit.verdict === 'not a digit';
    const shipped = none ? 'no digit' : `${digit.digit}, ${digit.verdict}, at ${percent(digit.probability)}`;
    const more = several ? ' The first of several digits is shown.' : '';
    this.tab.answer.textContent = `Adapted to your hand: ${adapted}. As shipped: ${shipped}.${more}`;
  }

  // ---- teaching ----

  /** @type {() => number | null} the digit that is asked for, null once all were drawn three times */
  next() {
    const counts = this.counts();
    const least = Math.min(...counts);
    return least < TIMES.length ? counts.indexOf(least) : null;
  }

  counts() {
    return this.hand.drawings.reduce((counts, {digit}) => counts.with(digit, counts[digit] + 1), new Array(10).fill(0));
  }

  /** @param {number} digit  which the drawing on the pad is */
  async tell(digit) {
    if (this.busy) return;
    if (this.tab.reading) this.note.textContent = 'Your drawing is being read …';
    while (this.tab.reading) await new Promise((resolve) => setTimeout(resolve, READING));
    const {drawn} = this.tab;
    if (!drawn) this.note.textContent = 'Draw a digit on the pad first.';
    else if (drawn.several) this.note.textContent = 'There is more than one digit on the pad; draw one at a time.';
    else if (this.hand.drawings.length >= MOST)
      this.note.textContent = `${MOST} drawings are kept, and no more; take some back or forget them.`;
    else {
      this.before = null;
      const {pad} = this.tab;
      const {strokes} = pad;
      await this.become({...this.kept, on: true, drawings: [...this.hand.drawings, {digit, image: drawn.image}]}, `Kept as a ${digit}.`);
      if (pad.strokes === strokes && !pad.current) pad.clear(); // else the next one has begun
    }
  }

  /** @param {HTMLInputElement} chooser */
  async import(chooser) {
    const [file] = chooser.files ?? [];
    if (!file) return;
    try {
      const kept = parsed(await file.text());
      await this.replace(kept, `${kept.drawings.length} drawings were imported.`);
    } catch (error) {
      this.note.textContent = sentence(error);
    } finally {
      chooser.value = '';
    }
  }

  /**
   * Put something else in the place of what is there, which can be brought back.
   * @param {Kept} kept
   * @param {string} words
   */
  async replace(kept, words) {
    const before = this.hand.drawings.length ? this.kept : null;
    await this.become(kept, words);
    this.before = before;
    this.show();
  }

  /**
   * @param {Kept} kept
   * @param {string} words  that say so
   */
  async become({drawings, on, share}, words) {
    if (this.busy) return;
    this.busy = true;
    try {
      await this.hand.set(drawings);
      this.on = on;
      this.share = share;
      const stays = store(this.kept);
      this.note.textContent = stays ? words : `${words} This browser keeps nothing, so export it before you leave.`;
      this.show();
      this.tab.show(this.tab.drawn);
    } catch (error) {
      this.note.textContent = sentence(error);
    } finally {
      this.busy = false;
    }
  }

  /**
   * @param {number} share
   * @param {boolean} done
   */
  setShare(share, done) {
    this.share = share;
    this.results.show(this.hand.brings(share), this.on, share);
    this.tab.show(this.tab.drawn);
    if (done) store(this.kept);
  }

  /** @param {boolean} on */
  setOn(on) {
    this.on = on;
    store(this.kept);
    this.show();
    this.tab.show(this.tab.drawn);
  }

  // ---- showing ----

  show() {
    const next = this.next();
    const counts = this.counts();
    const done = counts.reduce((sum, n) => sum + Math.min(n, TIMES.length), 0);
    const there = this.hand.drawings.length > 0;
    this.prompt.textContent =
      next === null
        ? 'All thirty are drawn. Draw on, and say of any digit which it was.'
        : `Now draw a ${next}, for the ${TIMES[counts[next]]} time. ${done} of ${10 * TIMES.length} are done.`;
    this.yes.textContent = `It is a ${next}`;
    this.yes.hidden = next === null;
    for (const one of this.tools.ofDrawings) one.hidden = !there;
    this.tools.restore.hidden = !this.before;
    this.list.replaceChildren(...columns(this.hand.drawings));
    this.list.hidden = this.key.hidden = !there;
    this.results.section.dataset.took = this.hand.took.toFixed(1);
    this.results.show(this.hand.brings(this.share), this.on, this.share);
  }
}
