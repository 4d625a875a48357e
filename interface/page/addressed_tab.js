// An address that names a section of the evaluation (#section=…) or a part of Explore (#explore=…) opens that tab, which Gradio builds
// only then; also one that is put into a page that is open.

import {showTab} from './dom.js';

/** Follow the address, from now on. Called once the page's header is there. */
export function mount() {
  addEventListener('hashchange', open);
  open();
}

/** Press the tab that the address names, as soon as it is there. */
function open() {
  const address = new URLSearchParams(location.hash.slice(1));
  const tab = address.has('explore') ? 'Explore' : 'Evaluate';
  if (!address.has('explore') && !address.has('section')) return;
  if (showTab(tab)) return;
  const waiting = new MutationObserver(() => {
    if (showTab(tab)) waiting.disconnect();
  });
  waiting.observe(document.body, {childList: true, subtree: true});
}
