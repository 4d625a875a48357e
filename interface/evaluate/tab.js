// The Evaluate tab. `mount(element, gradio)` is called once its controls are on the page; `element` is the controls' element,
// `trigger` and `server` are Gradio's. Listens on the whole tab, because the pieces in it come and go.

import {sortTables, walkMatrix} from '../../evaluation/templates/sections.js';
import {send} from './uploaded_test_sets.js';

export function mount(element, {trigger, server}) {
  const tab = element.closest('.evaluation-tab');
  const picker = () => document.querySelector('[data-testid=model]');
  const find = (selector) => tab.querySelector(selector);

  // ---- the model and the run ----

  const choose = (more = {}) => trigger('choose', {...(picker() ? {model: picker().value} : {}), ...more});
  const acts = {run: () => trigger('run'), cancel: () => trigger('cancel'), fetch: () => trigger('fetch'), back: () => choose({test_set: null})};
  const say = (text) => {
    const line = find('.ev-status');
    if (line) line.textContent = text;
  };

  function settle() {
    const {state = 'rest', missing = '0'} = find('.ev-status')?.dataset ?? {};
    const button = (name) => element.querySelector(`[data-do=${name}]`);
    button('run').hidden = missing === '1';
    button('run').textContent = find('.ev-status')?.dataset.testSet ? 'Run' : 'Run on 10,000 images';
    button('run').disabled = state !== 'rest';
    button('cancel').hidden = state !== 'mine';
    button('fetch').hidden = missing !== '1';
    button('fetch').disabled = state !== 'rest';
  }

  // ---- images: a cell of the matrix, filters, order, more, and on to Predict ----

  const ask = (inside, detail) => inside.closest('.evaluation').dispatchEvent(new CustomEvent('ask', {detail}));
  const digit = (text) => (text === '' || text === undefined ? null : Number(text));

  function askGallery(gallery, changes) {
    const {kind, true: t, predicted, shown} = gallery.dataset;
    const query = {kind, true: digit(t), predicted: digit(predicted), shown: Number(shown)};
    for (const name of ['sort', 'sure', 'labels']) query[name] = gallery.querySelector(`[data-choice=${name}]`)?.value ?? '';
    // Most wrong: the surest mistakes; least sure: what it doubted most.
    if ('kind' in changes) query.sort = changes.kind === 'wrong' ? 'sure' : 'unsure';
    ask(gallery, {...query, ...changes});
  }

  async function openInPredict(image) {
    const canvas = Object.assign(document.createElement('canvas'), {width: 28, height: 28});
    const pen = canvas.getContext('2d');
    await image.decode(); // a browser may still be at it, and would draw nothing
    pen.drawImage(image, 0, 0, 28, 28);
    const grey = pen.getImageData(0, 0, 28, 28).data.filter((_, i) => i % 4 === 0);
    [...document.querySelectorAll('.page-tabs button[role=tab]')].find((button) => button.textContent.trim() === 'Predict')?.click();
    document.dispatchEvent(new CustomEvent('open-image', {detail: [...grey]})); // the Predict tab listens
    window.scrollTo({top: 0});
  }

  // ---- a visitor's own test set ----

  async function bring(input) {
    if (!input.files.length) return;
    input.closest('.menu').open = false;
    say('Sending your pictures …');
    const base = location.pathname.replace(/\/?$/, '/') + 'page/';
    try {
      trigger('uploaded', {model: picker()?.value, test_set: await send(base, input)});
    } catch (error) {
      say(error.message);
    }
    input.value = ''; // the same choice can be made again
  }

  // ---- files to take away ----

  async function take(kind, button) {
    button.disabled = true;
    const file = await server
      .report_file({model: picker()?.value, test_set: find('.ev-status')?.dataset.testSet || null, kind})
      .catch(() => ({error: 'The file could not be made. Try again.'}));
    button.disabled = false;
    if (file.error) {
      say(file.error);
      return;
    }
    const bytes = Uint8Array.from(atob(file.base64), (letter) => letter.charCodeAt(0));
    const link = Object.assign(document.createElement('a'), {download: file.name});
    link.href = URL.createObjectURL(new Blob([bytes], {type: file.type}));
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    button.closest('.menu').open = false;
  }

  // ---- a kept run beside what is shown ----

  let wanted = null; // a comparison asked for before Gradio has put its tab on the page

  function compareWith(other) {
    const place = find('[data-testid=compare]');
    if (place) ask(place, {other});
    else wanted = other;
    [...tab.querySelectorAll('.ev-cards button[role=tab]')].find((button) => button.textContent.trim() === 'Compare')?.click();
  }

  // ---- coverage ----

  function showCoverage(slider) {
    const point = slider.closest('.threshold').querySelectorAll('option')[slider.value].dataset;
    const confidence = `${(100 * point.threshold).toFixed(2)} %`;
    slider
      .closest('.threshold')
      .querySelector(
        'output',
      ).textContent = `At least ${confidence} sure: it answers ${point.coverage} % and is right ${point.accuracy} %.`;
    slider.setAttribute('aria-valuetext', confidence);
  }

  // ---- the tab listens ----

  if (!tab.listening) {
    tab.listening = true;
    const cells = walkMatrix(tab, (t, p) => ask(find('.matrix'), {kind: 'all', true: t, predicted: p}));
    sortTables(tab);
    let at = null; // where the keyboard is in the matrix, for when a new one is drawn under it
    tab.addEventListener('focusin', (event) => {
      const cell = event.target.closest('[role=gridcell]');
      at = cell ? [Number(cell.dataset.true), Number(cell.dataset.predicted)] : null;
    });
    tab.addEventListener('click', (event) => {
      const on = (selector) => event.target.closest(selector);
      if (on('[data-do]')) {
        on('[data-do]').disabled = on('[data-do]').dataset.do !== 'cancel';
        acts[on('[data-do]').dataset.do]();
      } else if (on('[data-file]')) take(on('[data-file]').dataset.file, on('[data-file]'));
      else if (on('[data-more]')) askGallery(on('.gallery'), {shown: Number(on('.gallery').dataset.shown) + 48});
      else if (on('[data-ask]')) {
        on('[data-ask]').disabled = true;
        ask(on('[data-ask]'), {n: Number(on('[data-ask]').dataset.ask)});
      } else if (on('[data-compare]')) compareWith(on('[data-compare]').dataset.compare);
      else if (on('[data-evaluate]')) {
        on('[data-evaluate]').disabled = true;
        ask(on('[data-evaluate]'), {other: on('[data-evaluate]').dataset.evaluate, run: true});
      } else if (on('.tile')) openInPredict(on('.tile').querySelector('img'));
      for (const menu of element.querySelectorAll('.menu')) if (menu !== on('.menu')) menu.open = false;
    });
    tab.addEventListener('keydown', (event) => {
      const open = event.key === 'Escape' && element.querySelector('.menu[open]');
      if (open) {
        open.open = false;
        open.querySelector('summary').focus();
      }
    });
    tab.addEventListener('change', (event) => {
      const {choice} = event.target.dataset;
      const {value} = event.target;
      if (event.target.dataset.upload) bring(event.target);
      else if (choice === 'other') ask(event.target, {other: value});
      else if (choice)
        askGallery(event.target.closest('.gallery'), {shown: 48, [choice]: ['true', 'predicted'].includes(choice) ? digit(value) : value});
    });
    tab.addEventListener('input', (event) => {
      if (event.target.matches('[data-points]')) showCoverage(event.target);
    });
    tab.addEventListener('drawn', (event) => {
      if (event.target.querySelector('.ev-status')) settle();
      if (wanted && event.target.querySelector('[data-testid=compare]')) {
        ask(event.target, {other: wanted});
        wanted = null;
      }
      if (event.target.querySelector('.matrix')) cells(document.activeElement === document.body ? at : null);
      if (event.target.querySelector('[data-points]')) showCoverage(event.target.querySelector('[data-points]'));
    });
    document.addEventListener('change', (event) => {
      if (event.target === picker()) choose();
    });
  }
  choose();
}
