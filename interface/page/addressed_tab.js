// An address that names a section of the evaluation (#section=…) opens the Evaluate tab, which Gradio builds only then.

const TAB = '.page-tabs button[role=tab]';

/** Press the tab that the address names, as soon as it is there. Called once the page's header is. */
export function mount() {
  if (!new URLSearchParams(location.hash.slice(1)).has('section')) return;
  if (press()) return;
  const waiting = new MutationObserver(() => {
    if (press()) waiting.disconnect();
  });
  waiting.observe(document.body, {childList: true, subtree: true});
}

/** @returns {boolean} whether the tab was there */
function press() {
  const tab = [...document.querySelectorAll(TAB)].find((one) => one.textContent?.trim() === 'Evaluate');
  if (tab instanceof HTMLElement) tab.click();
  return tab instanceof HTMLElement;
}
