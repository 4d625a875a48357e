// The page that needs no server: the app's three tabs, both themes, and offline after the first visit.

import {find, findAll} from '../page/dom.js';
import {model} from '../predict/server.js';
import {mount} from '../predict/tab.js';
import {canRead, load} from '../reader/reader.js';
import {connect} from './own_model.js';

// A link may name a model, and with `evaluate` a cell of its report.
const link = new URLSearchParams(location.hash.slice(1));
const picker = find(document, '[data-testid=model]', HTMLSelectElement);
if ([...picker.options].some(({value}) => value === link.get('model'))) picker.value = link.get('model') ?? '';

// What reads is on its way while the page is made; then what a visit without a network needs, which is all of it once more.
const reader = (async () => canRead(model()) && load(model()))();
const LONGEST = 15_000; // ms that other things wait for it

const root = document.documentElement;
const dark = matchMedia('(prefers-color-scheme: dark)');
function setTheme() {
  root.classList.toggle('dark', dark.matches);
  document.body.classList.toggle('dark', dark.matches); // the pad watches it there
}
dark.addEventListener('change', setTheme);
setTheme();

const tabs = findAll(document, '.page-tabs > .tab-container [role=tab]', HTMLElement);

const NOT_LOADED = 'This part could not be loaded. Check the connection, and choose its tab again.';

/** @type {Record<string, () => Promise<(panel: HTMLElement) => void>>} what loads a tab when it is first opened, by its element's id */
const later = {
  'tab-evaluate': async () => {
    const {mount: start} = await import('./evaluate/dashboard.js');
    return (panel) => start(panel, link);
  },
  'tab-explore': async () => (await import('../explore/tab.js')).mount,
};

/** @type {(tab: HTMLElement, panel: HTMLElement) => Promise<void>} load what a tab shows; where that fails, the next choice tries again */
async function begin(tab, panel) {
  const loads = later[tab.id];
  if (!loads) return;
  delete later[tab.id];
  panel.querySelector(':scope > [role=alert]')?.remove();
  const start = await loads().catch(() => null);
  if (start) return start(panel);
  later[tab.id] = loads;
  panel.prepend(Object.assign(document.createElement('p'), {role: 'alert', textContent: NOT_LOADED}));
}

/** @param {HTMLElement} tab */
function choose(tab) {
  for (const one of tabs) {
    const chosen = one === tab;
    one.setAttribute('aria-selected', String(chosen));
    one.classList.toggle('selected', chosen);
    one.tabIndex = chosen ? 0 : -1;
    const panel = find(document, `#${one.getAttribute('aria-controls')}`, HTMLElement);
    panel.hidden = !chosen;
    if (chosen) begin(one, panel);
  }
}
tabs.forEach((tab, at) => {
  tab.onclick = () => choose(tab);
  tab.onkeydown = (event) => {
    const step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
    if (!step) return;
    const next = tabs[(at + step + tabs.length) % tabs.length];
    choose(next);
    next.focus();
  };
});

mount(find(document, '#predict', HTMLElement));
root.classList.add('ready');
connect(document);
/** Open the tab that the address names, if it names one. */
function followAddress() {
  const address = new URLSearchParams(location.hash.slice(1));
  if (address.has('explore')) choose(tabs[2]);
  else if (address.has('evaluate') || address.has('section')) choose(tabs[1]);
}
followAddress();
window.addEventListener('hashchange', followAddress);

// not where the page comes from this computer by a plain http address of the network: browsers want https for it
Promise.race([reader.catch(() => {}), new Promise((resolve) => setTimeout(resolve, LONGEST))])
  .then(() => navigator.serviceWorker?.register('sw.js'))
  .catch(() => {});
