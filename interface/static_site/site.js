// The page that needs no server: the app's own Predict tab, the report, both themes, and offline after the first visit.

import {canRead, load} from '../reader/reader.js';
import {figures} from './figures.js';
import {mount, openImage} from '../predict/tab.js';
import {model} from '../predict/server.js';

// What reads is on its way while the page is made; then what a visit without a network needs, which is all of it once more.
const reader = (async () => canRead(model()) && load(model()))();
const LONGEST = 15_000; // ms that other things wait for it

const root = document.documentElement;
const dark = matchMedia('(prefers-color-scheme: dark)');
function theme() {
  root.classList.toggle('dark', dark.matches);
  document.body.classList.toggle('dark', dark.matches); // where the pad looks
}
dark.addEventListener('change', theme);
theme();

const tabs = [...document.querySelectorAll('[role=tab]')];
function choose(tab) {
  for (const one of tabs) {
    const chosen = one === tab;
    one.setAttribute('aria-selected', chosen);
    one.classList.toggle('selected', chosen);
    one.tabIndex = chosen ? 0 : -1;
    document.getElementById(one.getAttribute('aria-controls')).hidden = !chosen;
  }
}
tabs.forEach((tab, at) => {
  tab.onclick = () => choose(tab);
  tab.onkeydown = (event) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    const next = tabs[(at + 1) % tabs.length];
    choose(next);
    next.focus();
  };
});

mount(document.getElementById('predict'));
root.classList.add('ready');
figures(document.getElementById('evaluate'), (bytes) => {
  choose(tabs[0]);
  openImage(bytes);
  scrollTo({top: 0});
});

// not where the page comes from this computer by a plain http address of the network: browsers want https for it
Promise.race([
  reader.catch(() => {}),
  new Promise((late) => {
    setTimeout(late, LONGEST);
  }),
])
  .then(() => navigator.serviceWorker?.register('sw.js'))
  .catch(() => {});
