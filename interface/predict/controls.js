// Connects the controls of the Predict tab: tools, buttons, examples and the places where files can be dropped.

import {find, findAll, sentence} from '../page/dom.js';
import {openCamera} from './camera.js';
import {showExamples} from './examples.js';

/** @import {Predict} from './tab.js' */

/** @param {Predict} predict */
export function connectControls(predict) {
  const {root} = predict;
  connectTools(predict);
  /** @type {(name: string, act: () => void) => void} */
  const onClick = (name, act) => find(root, `[data-testid=${name}]`, HTMLElement).addEventListener('click', act);
  onClick('undo', () => predict.undo());
  onClick('redo', () => predict.pad.redo());
  onClick('clear', () => predict.clear());
  onClick('link', () => predict.copyLink());
  onClick('card', () => predict.saveCard());
  const dialog = find(root, 'dialog.camera', HTMLDialogElement);
  onClick('camera', () => {
    openCamera(dialog).then(
      (blob) => blob && predict.openPicture(blob),
      (error) => predict.showProblem(sentence(error)), // what is open stays
    );
  });
  find(root, '[data-testid=upload] input', HTMLInputElement).addEventListener('change', () => predict.openChosen());
  for (const zone of findAll(root, '[data-drop]', HTMLElement)) {
    zone.addEventListener('dragover', () => zone.classList.add('over'));
    for (const end of ['dragleave', 'drop']) zone.addEventListener(end, () => zone.classList.remove('over'));
  }
  showExamples(find(root, '.examples', HTMLElement), (picture) => predict.openPicture(picture)).catch(() => {});
}

/**
 * Pen, eraser and the size of the brush.
 * @param {Predict} predict
 */
function connectTools(predict) {
  const tools = findAll(predict.root, '[data-tool]', HTMLElement);
  for (const tool of tools) {
    tool.addEventListener('click', () => {
      if (predict.source) predict.back(); // whoever takes the pen wants to draw
      predict.pad.erasing = tool.dataset.tool === 'eraser';
      for (const one of tools) one.setAttribute('aria-pressed', String(one === tool));
    });
  }
  const size = find(predict.root, '[data-size]', HTMLInputElement);
  const resize = () => {
    predict.pad.width = Number(size.value);
  };
  size.addEventListener('input', resize);
  resize(); // it may have been moved before this code was here, or by the browser on a visit's return
}
