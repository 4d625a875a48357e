// The sections of the lower half: they fold, the table of contents opens them, and each has an address (#section=…).

import {around, findAll} from '../page/dom.js';

const OPEN = 'open'; // class of a section that shows its content

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
  found.classList.toggle(OPEN, open);
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
  address.set('section', slug);
  history.replaceState(history.state, '', `#${address}`);
}

/** The section that the address names; null without one. */
export const addressed = () => new URLSearchParams(location.hash.slice(1)).get('section');

/**
 * Make headings and table of contents answer, and open what the address names, else the first section.
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
  const first = findAll(tab, '[data-section]', HTMLAnchorElement)[0]?.dataset.section ?? '';
  const named = addressed();
  fold(tab, first, true);
  if (named) fold(tab, named, true);
}
