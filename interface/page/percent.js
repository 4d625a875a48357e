// How the page writes a probability, and a share.

/**
 * @param {number} p  in [0, 1]
 */
export const percent = (p) => (p > 0.9995 ? '>99.9 %' : `${(100 * p).toFixed(1)} %`); // nothing here is certain

/** @type {(part: number, whole: number) => string} a share that was counted */
export const share = (part, whole) => (whole ? `${((100 * part) / whole).toFixed(2)} %` : '–');
