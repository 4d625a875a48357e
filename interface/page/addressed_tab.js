// An address that names a section of the evaluation (#section=…) opens the Evaluate tab, which Gradio builds only then.

import {showTab} from './dom.js';

/** Press the tab that the address names, as soon as it is there. Called once the page's header is. */
export function mount() {
  if (!new URLSearchParams(location.hash.slice(1)).has('section')) return;
  if (showTab('Evaluate')) return;
  const waiting = new MutationObserver(() => {
    if (showTab('Evaluate')) waiting.disconnect();
  });
  waiting.observe(document.body, {childList: true, subtree: true});
}
