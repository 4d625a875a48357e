// Waits for the browser: until it has drawn (`painted`), or until others of the page have had their turn (`turn`).

/** A frame has been on the screen, or could have been: a browser draws none of a page that nobody sees. */
export const painted = () =>
  Promise.race([
    new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))),
    new Promise((resolve) => setTimeout(resolve, 200)),
  ]);

/** Others of the page have had their turn. */
export const turn = () => new Promise((resolve) => setTimeout(resolve));
