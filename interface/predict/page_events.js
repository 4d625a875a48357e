// What the whole page hears for the Predict tab: keys, paste, files dropped, the model picker, and images from the dashboard.

import {around} from '../page/dom.js';

/** @import {Predict} from './tab.js' */

const LINK =
  'That is a link, and this page loads nothing from other sites. Save the picture, then drop the file, or copy and paste the picture itself.';
const NO_FILE = 'Nothing here is a picture. Drop a picture file, or paste a picture.';

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
    if (!predict || typing(event)) return;
    event.preventDefault();
    if (files.length) predict.openFiles(files);
    else predict.showProblem(/^https?:\/\/\S+$/.test(event.clipboardData?.getData('text').trim() ?? '') ? LINK : NO_FILE);
  });

  // a file dropped beside the pad is meant for it; left to the browser it would replace the page and the drawing
  document.addEventListener('dragover', (event) => {
    if (visible() && !typing(event)) event.preventDefault();
  });
  document.addEventListener('drop', (event) => {
    const files = [...(event.dataTransfer?.files ?? [])];
    const predict = visible();
    if (!predict || typing(event)) return;
    event.preventDefault(); // a link would lead away from the drawing
    if (files.length) predict.openFiles(files);
    else predict.showProblem(event.dataTransfer?.types.includes('text/uri-list') ? LINK : NO_FILE);
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
