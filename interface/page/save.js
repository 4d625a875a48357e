// Hands a file that was made on this page to the browser's downloads.

const KEPT = 60_000; // ms; some browsers read the content only after the click returns

/**
 * @param {Blob} content
 * @param {string} name  the file's name
 */
export function save(content, name) {
  const link = Object.assign(document.createElement('a'), {href: URL.createObjectURL(content), download: name});
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT);
}
