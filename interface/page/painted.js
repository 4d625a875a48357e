// Waits for the browser to draw: `painted`.

/** A frame has been on the screen, or could have been: a browser draws none of a page that nobody sees. */
export const painted = () =>
  Promise.race([
    new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))),
    new Promise((resolve) => setTimeout(resolve, 200)),
  ]);
