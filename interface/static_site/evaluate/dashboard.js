// The Evaluate tab of the page without a server: answers what interface/evaluate/tab.js asks, as interface/evaluate/handlers.py does in
// the app. `mount` starts it.

import {mount as mountTab} from '../../evaluate/tab.js';
import {find, findAll, sentence} from '../../page/dom.js';
import {mnistImages} from '../../page/mnist_images.js';
import {painted} from '../../page/painted.js';
import {models} from '../../reader/constants.js';
import {audit, card as auditCard, corrected, looking} from './audit.js';
import {CARDS} from './cards.js';
import {INSTEAD, otherHands, whom} from './closer.js';
import {AUDIT, FIRST, NO_REPORT, OTHER_HANDS, SECTIONS, TEST_SET_GONE, test_images} from './constants.js';
import {reportFile} from './downloads.js';
import {thousands} from './jinja.js';
import {overFiles, overImages} from './runs.js';
import {sectionsOf, shippedReport} from './shipped.js';
import {ofMnist, ofUploaded} from './status.js';
import {testSet} from './test_sets.js';
import * as views from './views.js';

/** @import {Markup} from './jinja.js' */
/** @import {Progress, Query, Report} from './types.js' */

/**
 * @param {HTMLElement} root  the tab
 * @param {URLSearchParams} link  what the page's address asks for: model, and a cell: true, read
 */
export async function mount(root, link) {
  const dashboard = new Dashboard(root);
  mountTab(find(root, '.ev-controls', HTMLElement), {
    trigger: (event, data = {}) => dashboard.act(event, data),
    server: {
      report_file: (asked) => dashboard.file(/** @type {any} */ (asked)),
      corrected_set: (asked) => corrected(dashboard.model, testSet(dashboard.set), /** @type {any} */ (asked).decisions),
    },
  });
  await dashboard.shown;
  const [t, p] = ['true', 'read'].map((name) => link.get(name));
  if (t && p)
    root
      .querySelector(`[data-true="${Number(t)}"][data-predicted="${Number(p)}"]`)
      ?.dispatchEvent(new MouseEvent('click', {bubbles: true}));
}

class Dashboard {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.model = Object.keys(models)[0];
    /** @type {string | null} */
    this.set = null;
    /** @type {Map<string, Report>} by model: of a run on MNIST's test images here */
    this.finished = new Map();
    /** @type {AbortController | null} of the run under way */
    this.run = null;
    /** @type {Promise<void>} done when all is shown */
    this.shown = Promise.resolve();
    for (const piece of findAll(root, '[data-piece]', HTMLElement)) {
      piece.addEventListener('ask', (event) => {
        if (event instanceof CustomEvent) this.asked(piece, event.detail).catch((error) => this.say(sentence(error)));
      });
    }
  }

  // ---- what there is ----

  /** @type {(model?: string) => Promise<Report | null>} the report that is shown */
  async report(model = this.model) {
    return this.set === null ? this.mnist(model) : (testSet(this.set)?.results.get(model)?.report ?? null);
  }

  /** @type {(model?: string) => Promise<Report | null>} of MNIST's test images: the newest run here, or the report that ships */
  async mnist(model = this.model) {
    return this.finished.get(model) ?? (await shippedReport(model));
  }

  /** @param {{kind: string, other: string | null}} asked  a file; other: the key of what is compared with */
  async file({kind, other}) {
    return reportFile(kind, await this.report(), await this.images(), other ? await this.report(other.replace('model ', '')) : null);
  }

  /** @returns {Promise<Uint8Array | null>} its images; null where they cannot be had */
  async images(model = this.model) {
    if (this.set !== null) return testSet(this.set)?.results.get(model)?.images ?? null;
    return test_images ? ((await mnistImages('test').catch(() => null))?.images ?? null) : null;
  }

  /** @returns {() => boolean} whether what is chosen now is chosen still */
  chosen() {
    const {model, set} = this;
    return () => this.model === model && this.set === set;
  }

  // ---- what is asked ----

  /** @type {(event: string, data: any) => void} */
  act(event, data) {
    if (event === 'cancel') this.run?.abort();
    else if (event === 'run') this.start();
    else if (event !== 'fetch') {
      this.model = data.model ?? this.model;
      if ('test_set' in data) this.set = data.test_set;
      this.shown = event === 'uploaded' ? this.start() : this.overview();
    }
  }

  /** @type {(piece: HTMLElement, detail: any) => Promise<void>} */
  async asked(piece, detail) {
    if (piece.dataset.piece === 'Compare') return this.compare(detail);
    if (piece.dataset.piece === AUDIT) return this.audit(piece);
    if (detail?.slice) return this.slice(piece, detail);
    const still = this.chosen();
    const [report, images] = [await this.report(), await this.images()];
    if (!still()) return;
    if (!report) this.put(piece, views.quiet(NO_REPORT));
    else {
      const target = piece.dataset.piece === 'matrix' ? 'gallery' : (piece.dataset.piece ?? '');
      const query = {...views.MOST_WRONG, sort: 'unsure', ...detail};
      if (piece.dataset.piece === 'matrix') history.replaceState(null, '', this.link(query));
      this.put(this.piece(target), views.gallery(report, images, query, target === 'Images'));
    }
  }

  /** @type {(piece: HTMLElement, chosen: {slice: string, name: string}) => Promise<void>} the images of a slice */
  async slice(piece, chosen) {
    const still = this.chosen();
    const [report, images] = [await this.report(), await this.images()];
    if (report && still()) this.put(piece, whom(report, images, chosen));
  }

  /** @type {(piece: HTMLElement) => Promise<void>} look for suspects */
  async audit(piece) {
    const {model, set} = this;
    const still = this.chosen();
    const show = (/** @type {{done: number, total: number} | null} */ progress) => still() && this.put(piece, looking(progress));
    show(null);
    const message = await this.work((signal, shown) => audit(model, testSet(set), signal, shown), show);
    if (still()) this.put(piece, auditCard(model, testSet(set), message));
  }

  /** @returns {Promise<Record<string, Markup | string>>} by section, what the app shows of the model, or says of a test set of one's own */
  async sections() {
    const made = await sectionsOf(this.model);
    if (this.set === null) return made;
    const instead = Object.fromEntries(Object.entries(INSTEAD).map(([name, say]) => [name, say()]));
    return {...made, ...instead};
  }

  /** @type {(query: Query) => string} the address that opens this cell */
  link({true: t, predicted: p}) {
    const address = new URLSearchParams(location.hash.slice(1));
    for (const name of ['explore', 'd']) address.delete(name); // of another tab, which the address would open
    for (const [name, value] of Object.entries({evaluate: '', model: this.model, true: t, read: p})) address.set(name, String(value));
    return `#${address}`;
  }

  // ---- what is shown ----

  /** @type {(name: string) => HTMLElement} */
  piece(name) {
    return find(this.root, `[data-piece="${name}"]`, HTMLElement);
  }

  /** @type {(piece: HTMLElement, html: Markup | string) => void} */
  put(piece, html) {
    piece.innerHTML = String(html); // of templates, which escape
    piece.dispatchEvent(new CustomEvent('drawn', {bubbles: true}));
  }

  /** @param {string} text */
  say(text) {
    this.put(this.piece('status'), views.status('', text, {missing: !test_images && this.set === null, testSet: this.set}));
  }

  /** Everything, at rest. note: what else there is to say. */
  async overview(note = '') {
    if (this.set !== null && !testSet(this.set)) [this.set, note] = [null, TEST_SET_GONE];
    const still = this.chosen();
    const report = await this.report();
    const status = await this.status(report, note);
    if (!still()) return;
    this.put(this.piece('status'), status);
    if (!report) {
      this.put(this.piece('headline'), views.quiet(this.set === null ? NO_REPORT : 'No figures yet.'));
      for (const name of ['matrix', 'gallery', AUDIT, OTHER_HANDS, ...CARDS.keys(), ...SECTIONS]) this.put(this.piece(name), '');
      return;
    }
    this.put(this.piece('headline'), views.headline(report.metrics));
    this.put(this.piece('matrix'), views.matrix(report.metrics));
    const images = await this.images(); // the figures above do not wait for them
    if (!still()) return;
    this.put(this.piece('gallery'), views.gallery(report, images, {...views.MOST_WRONG, shown: FIRST}));
    await painted(); // nor the first view for the lower half
    const [made, mnist] = [await this.sections(), await this.mnist()];
    if (!still()) return;
    this.put(this.piece(AUDIT), auditCard(this.model, testSet(this.set)));
    this.put(this.piece(OTHER_HANDS), otherHands(mnist, this.set === null ? null : report));
    for (const [name, card] of CARDS) this.put(this.piece(name), card(report, images));
    for (const name of SECTIONS) this.put(this.piece(name), made[name] ?? views.onlyTheApp());
    await this.compare({});
  }

  /** @type {(report: Report | null, note: string) => Promise<Markup>} */
  async status(report, note) {
    const set = testSet(this.set);
    return set
      ? ofUploaded(report, set.name, this.set, this.model, note)
      : ofMnist(report, this.finished.has(this.model), await shippedReport(this.model), note);
  }

  /** @type {(detail: {other?: string, run?: boolean}) => Promise<void>} */
  async compare({other, run}) {
    const comparable = Object.fromEntries(
      this.names()
        .filter((name) => name !== this.model)
        .map((name) => [`model ${name}`, name]),
    );
    const first = Object.keys(comparable)[0] ?? null;
    const chosen = other ?? first;
    const name = chosen?.replace('model ', '') ?? '';
    const still = this.chosen();
    /** @type {(progress: Progress) => void} */
    const show = (progress) => {
      if (still()) this.put(this.piece('Compare'), views.evaluating(name, progress));
    };
    const message = run ? await this.evaluate(name, show) : '';
    const [a, b, images] = [await this.report(), name ? await this.report(name) : null, await this.images()];
    if (still()) this.put(this.piece('Compare'), views.comparison(a, comparable, chosen, b, images, message));
  }

  /** Every model that can be chosen. */
  names() {
    return findAll(document, '[data-testid=model] option', HTMLOptionElement).map((option) => option.value);
  }

  // ---- runs ----

  /** Run what is selected, and show it as it goes. */
  async start() {
    this.put(this.piece('status'), views.status('Running', 'Starting …', {state: 'mine'}));
    const note = await this.evaluate(this.model, (progress) => {
      this.put(this.piece('status'), views.running(progress));
      if (!progress.labels.length || (progress.done % STEP && progress.done < progress.total)) return;
      const soFar = views.metricsOf(progress);
      this.put(this.piece('headline'), views.headline(soFar, true));
      this.put(this.piece('matrix'), views.matrix(soFar, true));
      this.put(this.piece('gallery'), views.galleryWaiting());
    });
    await this.overview(note);
  }

  /**
   * Run a model over what is selected; its report is kept.
   * @param {string} model
   * @param {(progress: Progress) => void} show
   * @returns {Promise<string>} what there is to say; '' where all went well
   */
  evaluate(model, show) {
    const set = testSet(this.set);
    return this.work(async (signal, shown) => {
      if (set) {
        const found = await overFiles(model, set, signal, shown);
        if (found) set.results.set(model, found);
        return found !== null;
      }
      const found = await overImages(model, signal, shown, await shippedReport(model));
      if (found) this.finished.set(model, found);
      return found !== null;
    }, show);
  }

  /**
   * Do what takes long, one at a time, until it is cancelled.
   * @template {{done: number, total: number}} Step
   * @param {(signal: AbortSignal, show: (progress: Step) => void) => Promise<boolean>} task  false where it was cancelled
   * @param {(progress: Step) => void} show
   * @returns {Promise<string>} what there is to say; '' where all went well
   */
  async work(task, show) {
    if (this.run) return 'A run is under way; try again when it has finished.';
    this.run = new AbortController();
    let done = 0;
    try {
      const whole = await task(this.run.signal, (progress) => {
        done = progress.done;
        show(progress);
      });
      return whole ? '' : `Cancelled after ${thousands(done)} images.`;
    } catch (error) {
      return sentence(error);
    } finally {
      this.run = null;
    }
  }
}

const STEP = 1000; // images between two drawings of the matrix
