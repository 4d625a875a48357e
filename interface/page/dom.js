// Finds the elements that the page's code works on, and checks that each is what it should be.

/**
 * A class of elements, such as HTMLInputElement.
 * @template {Element} T
 * @typedef {{new (): T, prototype: T}} Kind
 */

/**
 * The first element in `root` that matches.
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {Kind<T>} kind
 * @returns {T}
 * @throws {Error} where there is none, or it is of another kind
 */
export function find(root, selector, kind) {
  const found = root.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`The page has no ${selector} (${kind.name}).`);
  return found;
}

/**
 * All elements in `root` that match and are of that kind.
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {Kind<T>} kind
 * @returns {T[]}
 */
export const findAll = (root, selector, kind) => [...root.querySelectorAll(selector)].flatMap((one) => (one instanceof kind ? [one] : []));

/**
 * The nearest element around what an event happened on, that element included, which matches.
 * @template {Element} T
 * @param {Event} event
 * @param {string} selector
 * @param {Kind<T>} kind
 * @returns {T | null} null where there is none of that kind
 */
export function around(event, selector, kind) {
  const found = event.target instanceof Element ? event.target.closest(selector) : null;
  return found instanceof kind ? found : null;
}

/**
 * What paints on a canvas.
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 * @returns {CanvasRenderingContext2D}
 * @throws {Error} where the browser gives none
 */
export function context2d(canvas, settings) {
  const context = canvas.getContext('2d', settings);
  if (!context) throw new Error('This browser cannot paint here.');
  return context;
}

/**
 * The sentence that an error says.
 * @param {unknown} error
 * @returns {string}
 */
export const sentence = (error) => (error instanceof Error ? error.message : String(error));

/**
 * Press one of the page's tabs.
 * @param {string} name
 * @returns {boolean} whether it was there
 */
export function showTab(name) {
  const tab = findAll(document, '.page-tabs button[role=tab]', HTMLElement).find((one) => one.textContent?.trim() === name);
  tab?.click();
  return tab !== undefined;
}

/**
 * Show an image in the tab Predict, exactly as it is.
 * @param {ArrayLike<number>} image  28 × 28, 0 paper – 255 ink
 */
export function openInPredict(image) {
  showTab('Predict');
  document.dispatchEvent(new CustomEvent('open-image', {detail: Array.from(image)})); // that tab listens
  window.scrollTo({top: 0});
}
