// The Share panel: the address under which others can open this page, as text and as a QR code (interface/server/sharing.py).

import {ROUTES} from '../page/address.js';
import {find, sentence} from '../page/dom.js';

const UNREACHABLE = 'The server cannot be reached. Is the app still running?';

/**
 * Connect the header's Share button with its panel.
 * @param {Element} header
 */
export function mount(header) {
  const dialog = find(header, 'dialog.share', HTMLDialogElement);
  const image = find(dialog, 'img', HTMLImageElement);
  const line = find(dialog, '.url', HTMLElement);
  const url = find(dialog, 'code', HTMLElement);
  const note = find(dialog, '.note', HTMLElement);
  const copy = find(dialog, '[data-copy]', HTMLElement);
  const open = find(header, '[data-testid=share]', HTMLButtonElement);

  open.disabled = false; // until here a click would do nothing
  open.onclick = async () => {
    image.hidden = true;
    line.hidden = true;
    note.textContent = 'One moment …';
    copy.textContent = 'Copy';
    dialog.showModal();
    try {
      const answer = await fetch(`${ROUTES}share`);
      const found = await answer.json();
      if (!answer.ok) throw new Error(found.error);
      if (found.url) {
        Object.assign(image, {src: found.qr, alt: `QR code of ${found.url}`, hidden: false});
        url.textContent = found.url;
        line.hidden = false;
      }
      note.textContent = found.note;
    } catch (error) {
      note.textContent = sentence(error) || UNREACHABLE;
    }
  };
  copy.onclick = async () => {
    try {
      await navigator.clipboard.writeText(url.textContent ?? '');
      copy.textContent = 'Copied';
    } catch {
      // only on https and on this computer's own address
      getSelection()?.selectAllChildren(url);
      copy.textContent = 'Selected';
    }
  };
  find(dialog, '[data-close]', HTMLElement).onclick = () => dialog.close();
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close(); // beside it
  };
}
