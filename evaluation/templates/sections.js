// Makes the pieces of a report (evaluation/sections.py) answer to mouse and keyboard: `walkMatrix` and `sortTables`. The element that
// they listen on outlives what is put into it. A report file carries this module inside, so it imports nothing.

/**
 * What an event happened in.
 * @param {Event} event
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
function around(event, selector) {
  const found = event.target instanceof Element ? event.target.closest(selector) : null;
  return found instanceof HTMLElement ? found : null;
}

/**
 * A place in the confusion matrix: the true digit, and the one it was read as.
 * @typedef {[t: number, p: number]} Place
 */

/**
 * The confusion matrix: one Tab stop; arrows, Home and End move; a click, Enter or Space chooses.
 * @param {HTMLElement} root
 * @param {(t: number, p: number) => void} choose  called with the chosen cell
 * @returns {(focused?: Place | null) => void} to call after new content: the same view, choice and place for the keyboard
 */
export function walkMatrix(root, choose) {
  /** @type {Place | null} */
  let chosen = null;
  /** @type {(selector: string) => HTMLElement[]} */
  const all = (selector) => Array.from(root.querySelectorAll(selector)).filter((one) => one instanceof HTMLElement);
  /** @type {(place: Place) => HTMLElement | undefined} */
  const at = ([t, p]) => all(`[data-true="${t}"][data-predicted="${p}"]`)[0];
  /** @type {(cell: HTMLElement) => Place} */
  const place = (cell) => [Number(cell.dataset.true), Number(cell.dataset.predicted)];
  /** @type {(cell: HTMLElement, focus: boolean) => void} */
  const stop = (cell, focus) => {
    for (const other of all('[role=gridcell][tabindex="0"]')) other.tabIndex = -1;
    cell.tabIndex = 0;
    if (focus) cell.focus();
  };
  const markChosen = () => {
    for (const other of all('[aria-selected]')) other.removeAttribute('aria-selected');
    if (chosen) at(chosen)?.setAttribute('aria-selected', 'true');
  };
  const markView = () => {
    const view = root.dataset.view ?? 'counts';
    for (const button of all('.views [data-view]')) button.setAttribute('aria-pressed', String(button.dataset.view === view));
  };
  /** @type {(cell: HTMLElement) => void} */
  const pick = (cell) => {
    chosen = place(cell);
    stop(cell, true);
    markChosen();
    choose(...chosen);
  };

  root.addEventListener('click', (event) => {
    const cell = around(event, '[role=gridcell]');
    const view = around(event, '.views [data-view]');
    if (cell) pick(cell);
    if (view) {
      root.dataset.view = view.dataset.view;
      markView();
    }
  });
  root.addEventListener('keydown', (event) => {
    const cell = around(event, '[role=gridcell]');
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const to = neighbour(event.key, place(cell));
    const next = to && at(to);
    if (next) stop(next, true);
    else if (event.key === 'Enter' || event.key === ' ') pick(cell);
    else if (!to) return;
    event.preventDefault();
  });
  return (focused) => {
    markView();
    markChosen();
    const cell = at(focused ?? chosen ?? [0, 0]);
    if (cell) stop(cell, Boolean(focused));
  };
}

/**
 * Where a key leads from a place; it may lie outside the matrix.
 * @param {string} key
 * @param {Place} place
 * @returns {Place | null} null where it is no key that moves
 */
function neighbour(key, [t, p]) {
  /** @type {Record<string, Place>} */
  const places = {
    ArrowUp: [t - 1, p],
    ArrowDown: [t + 1, p],
    ArrowLeft: [t, p - 1],
    ArrowRight: [t, p + 1],
    Home: [t, 0],
    End: [t, 9],
  };
  return places[key] ?? null;
}

/**
 * A table whose headings are buttons sorts by them: largest first, then smallest first. Cells say their value in data-sort where their
 * text does not.
 * @param {HTMLElement | Document} root
 */
export function sortTables(root) {
  root.addEventListener('click', (event) => {
    const head = around(event, 'thead button')?.parentElement;
    const table = head?.closest('table');
    if (!(head instanceof HTMLTableCellElement) || !table) return;
    const down = head.getAttribute('aria-sort') !== 'descending';
    for (const other of head.parentElement?.querySelectorAll('[aria-sort]') ?? []) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    /** @type {(row: HTMLTableRowElement) => number} */
    const value = (row) => Number(row.cells[head.cellIndex].dataset.sort ?? row.cells[head.cellIndex].textContent);
    const body = table.tBodies[0];
    body.append(...[...body.rows].sort((a, b) => (value(a) - value(b)) * (down ? -1 : 1)));
  });
}
