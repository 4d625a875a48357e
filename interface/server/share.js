// The Share panel: the address under which others can open this page, as text and as a QR code (interface/server/sharing.py).

const address = location.pathname.replace(/\/?$/, '/') + 'page/share';

export function mount(header) {
  const dialog = header.querySelector('dialog.share');
  const [image, line, url, note] = ['img', '.url', 'code', '.note'].map((part) => dialog.querySelector(part));
  const [open, copy] = [header.querySelector('[data-testid=share]'), dialog.querySelector('[data-copy]')];

  open.disabled = false; // until here a click would do nothing
  open.onclick = async () => {
    image.hidden = line.hidden = true;
    note.textContent = 'One moment …';
    copy.textContent = 'Copy';
    dialog.showModal();
    try {
      const answer = await fetch(address);
      const found = await answer.json();
      if (!answer.ok) throw new Error(found.error);
      if (found.url) {
        Object.assign(image, {src: found.qr, alt: `QR code of ${found.url}`, hidden: false});
        url.textContent = found.url;
        line.hidden = false;
      }
      note.textContent = found.note;
    } catch (error) {
      note.textContent = error.message || 'The server cannot be reached. Is the app still running?';
    }
  };
  copy.onclick = async () => {
    try {
      await navigator.clipboard.writeText(url.textContent);
      copy.textContent = 'Copied';
    } catch {
      // only on https and on this computer's own address
      getSelection().selectAllChildren(url);
      copy.textContent = 'Selected';
    }
  };
  dialog.querySelector('[data-close]').onclick = () => dialog.close();
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close();
  }; // beside it
}
