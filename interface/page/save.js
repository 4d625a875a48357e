// Hand a file that was made on this page to the browser's downloads.

/** content: a Blob; name: the file's name. */
export function save(content, name) {
  const link = Object.assign(document.createElement('a'), {href: URL.createObjectURL(content), download: name});
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // some browsers read it only after the click returns
}
