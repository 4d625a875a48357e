// Bytes that travel as text.

/** @type {(text: string) => Uint8Array<ArrayBuffer>} the bytes of a base64 text */
export const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
