// How the page writes a probability.

/**
 * @param {number} p  in [0, 1]
 */
export const percent = (p) => (p > 0.9995 ? '>99.9 %' : `${(100 * p).toFixed(1)} %`); // nothing here is certain
