// The button that copies a link to the drawing.

const SHORT = 1800; // ms that the button says what it did

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/**
 * Put the link into the address bar and, where the browser allows it, on the clipboard.
 * @param {Element} button  says what was done
 * @param {string} code  the drawing (drawing_link.js)
 */
export async function copyLink(button, code) {
  history.replaceState(null, '', `#d=${code}`);
  try {
    await navigator.clipboard.writeText(location.href);
    button.textContent = 'Link copied';
  } catch {
    button.textContent = 'Link is in the address bar'; // no clipboard without https
  }
  clearTimeout(timer);
  timer = setTimeout(() => {
    button.textContent = 'Copy link';
  }, SHORT);
}
