// What the pieces of evaluation/sections.py do when somebody uses them. `root` outlives what is put into it.

// The confusion matrix: one Tab stop; arrows, Home and End move; a click, Enter or Space chooses. choose(true, predicted).
export function walkMatrix(root, choose) {
  const at = (t, p) => root.querySelector(`[data-true="${t}"][data-predicted="${p}"]`);
  const place = (cell) => [Number(cell.dataset.true), Number(cell.dataset.predicted)];
  const stop = (cell, focus) => {
    root.querySelectorAll('[role=gridcell][tabindex="0"]').forEach((other) => {
      other.tabIndex = -1;
    });
    cell.tabIndex = 0;
    if (focus) cell.focus();
  };
  const mark = () => {
    root.querySelectorAll('[aria-selected]').forEach((other) => other.removeAttribute('aria-selected'));
    if (root.chosen) at(...root.chosen)?.setAttribute('aria-selected', 'true');
  };
  const pick = (cell) => {
    root.chosen = place(cell);
    stop(cell, true);
    mark();
    choose(...root.chosen);
  };
  const press = () =>
    root
      .querySelectorAll('.views [data-view]')
      .forEach((button) => button.setAttribute('aria-pressed', button.dataset.view === (root.dataset.view ?? 'counts')));

  root.addEventListener('click', (event) => {
    const cell = event.target.closest('[role=gridcell]');
    const view = event.target.closest('.views [data-view]');
    if (cell) pick(cell);
    if (view) {
      root.dataset.view = view.dataset.view;
      press();
    }
  });
  root.addEventListener('keydown', (event) => {
    const cell = event.target.closest?.('[role=gridcell]');
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const [t, p] = place(cell);
    const to = {ArrowUp: [t - 1, p], ArrowDown: [t + 1, p], ArrowLeft: [t, p - 1], ArrowRight: [t, p + 1], Home: [t, 0], End: [t, 9]}[
      event.key
    ];
    if (to) {
      const next = at(...to);
      if (next) stop(next, true);
    } else if (event.key === 'Enter' || event.key === ' ') pick(cell);
    else return;
    event.preventDefault();
  });
  // After new content: the same view, choice and place for the keyboard.
  return (focused) => {
    press();
    mark();
    const cell = at(...(focused ?? root.chosen ?? [0, 0]));
    if (cell) stop(cell, Boolean(focused));
  };
}

// A table whose headings are buttons sorts by them; cells say their value in data-sort where their text does not.
export function sortTables(root) {
  root.addEventListener('click', (event) => {
    const head = event.target.closest('thead button')?.parentElement;
    if (!head) return;
    const down = head.getAttribute('aria-sort') !== 'descending';
    head.parentElement.querySelectorAll('[aria-sort]').forEach((other) => other.removeAttribute('aria-sort'));
    head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    const value = (row) => Number(row.children[head.cellIndex].dataset.sort ?? row.children[head.cellIndex].textContent);
    const body = head.closest('table').tBodies[0];
    body.append(...[...body.rows].sort((a, b) => (value(a) - value(b)) * (down ? -1 : 1)));
  });
}
