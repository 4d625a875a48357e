// What the whole page hears for the Predict tab: keys, paste, files dropped, the model picker, and images from the dashboard.

import {around} from '../page/dom.js';

/** @import {Predict} from './tab.js' */

/** @type {(event: Event) => boolean} whether it is meant for a field or a dialog */
const typing = (event) => around(event, 'input:not([type=range]), textarea, select, [contenteditable], dialog', Element) !== null;

/**
 * Listen, for as long as the page lives.
 * @param {() => Predict | null} tab  the page's Predict tab, which may be another one later
 */
export function listen(tab) {
  /** The tab, where it can be seen. */
  const visible = () => {
    const predict = tab();
    return predict?.root.isConnected && predict.root.offsetParent !== null ? predict : null;
  };

  document.addEventListener('keydown', (event) => {
    const predict = visible();
    if (predict && !typing(event) && command(predict, event)) event.preventDefault();
  });

  document.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    const predict = visible();
    if (!predict || typing(event) || !files.length) return;
    event.preventDefault();
    predict.openFiles(files);
  });

  // a file dropped beside the pad is meant for it; left to the browser it would replace the page and the drawing
  document.addEventListener('dragover', (event) => {
    if (visible() && !typing(event)) event.preventDefault();
  });
  document.addEventListener('drop', (event) => {
    const files = [...(event.dataTransfer?.files ?? [])];
    const predict = visible();
    if (!predict || !files.length) return;
    event.preventDefault();
    predict.openFiles(files);
  });

  document.addEventListener('change', (event) => {
    if (event.target instanceof Element && event.target.matches('[data-testid=model]')) tab()?.modelChanged();
  });
  window.addEventListener('hashchange', () => tab()?.openLink());
  document.addEventListener('open-image', ({detail}) => tab()?.openImage(detail));
}

/**
 * Do what a key asks for.
 * @param {Predict} predict
 * @param {KeyboardEvent} event
 * @returns {boolean} whether it was a command
 */
function command(predict, event) {
  const control = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (event.key === 'Escape') predict.clear();
  else if (control && key === 'z' && !event.shiftKey) predict.undo();
  else if (control && (key === 'y' || key === 'z')) predict.pad.redo();
  else return false;
  return true;
}
