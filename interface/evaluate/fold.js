// The sections of the lower half: they fold, the table of contents opens them, and each has an address (#section=…).

import {around, findAll} from '../page/dom.js';

const UNFOLDED = 'unfolded'; // class of a section that shows its content

/** @type {(tab: Element, slug: string) => HTMLElement | null} */
const section = (tab, slug) => {
  const found = tab.querySelector(`.ev-section-${CSS.escape(slug)}`);
  return found instanceof HTMLElement ? found : null;
};

/**
 * Show or fold a section.
 * @param {Element} tab
 * @param {string} slug  its name in the address
 * @param {boolean} open
 */
function fold(tab, slug, open) {
  const found = section(tab, slug);
  if (!found) return;
  found.classList.toggle(UNFOLDED, open);
  for (const button of findAll(found, '[data-fold]', HTMLButtonElement)) button.setAttribute('aria-expanded', String(open));
}

/**
 * Open a section and bring it into view.
 * @param {Element} tab
 * @param {string} slug
 */
export function openSection(tab, slug) {
  fold(tab, slug, true);
  section(tab, slug)?.scrollIntoView({block: 'start', behavior: 'instant'});
  const address = new URLSearchParams(location.hash.slice(1));
  if (address.get('section') === slug) return;
  followed.set(tab, slug);
  for (const name of ['explore', 'd']) address.delete(name); // of another tab, which the address would open
  address.set('section', slug);
  history.replaceState(history.state, '', `#${address}`);
}

/** The section that the address names; null without one. */
const addressed = () => new URLSearchParams(location.hash.slice(1)).get('section');

/** @type {WeakMap<Element, string>} what the address named when it was last followed */
const followed = new WeakMap();

/**
 * Open what the address names, once, as soon as it is on the page: Gradio builds the tab piece by piece.
 * @param {Element} tab
 */
export function followAddress(tab) {
  const slug = addressed();
  if (!slug || followed.get(tab) === slug || !section(tab, slug)) return;
  followed.set(tab, slug);
  openSection(tab, slug);
}

/**
 * Make headings and table of contents answer. (The first section is open from the start.)
 * @param {HTMLElement} tab
 */
export function connectSections(tab) {
  tab.addEventListener('click', (event) => {
    const heading = around(event, '[data-fold]', HTMLButtonElement);
    const link = around(event, '[data-section]', HTMLAnchorElement);
    if (heading) fold(tab, heading.dataset.fold ?? '', heading.getAttribute('aria-expanded') !== 'true');
    if (!link) return;
    event.preventDefault(); // the address is set without a jump of the page's own
    openSection(tab, link.dataset.section ?? '');
  });
  window.addEventListener('hashchange', () => followAddress(tab));
}
