// Copies the address of what is shown, for the buttons "Copy link".

const SHORT = 1800; // ms that the button says what it did

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/**
 * Put the page's address on the clipboard, where the browser allows it.
 * @param {Element} button  says what was done
 * @param {string} [hash]  what the address shall end with, from now on
 */
export async function copyAddress(button, hash = location.hash) {
  if (hash !== location.hash) history.replaceState(null, '', hash);
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
