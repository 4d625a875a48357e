// One picture from the camera, taken in a dialog; nothing leaves the page before "Take picture".

import {context2d, find} from '../page/dom.js';

let busy = false; // a second click would start the camera a second time, and nothing would stop the first

/**
 * Let the person take a picture.
 * @param {HTMLDialogElement} dialog
 * @returns {Promise<Blob | null>} a JPEG; null where the person changed their mind or is at it already
 * @throws {Error} a sentence, where there is no camera
 */
export async function openCamera(dialog) {
  if (busy) return null;
  busy = true;
  try {
    return await photograph(dialog);
  } finally {
    busy = false;
  }
}

/** @type {(dialog: HTMLDialogElement) => Promise<Blob | null>} */
async function photograph(dialog) {
  const video = find(dialog, 'video', HTMLVideoElement);
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({video: {facingMode: 'environment', width: {ideal: 1280}}});
  } catch (error) {
    throw new Error(
      error instanceof Error && error.name === 'NotAllowedError'
        ? 'The browser does not allow this page to use the camera.'
        : 'No camera can be used here: it needs a camera, and https or this computer’s own address.',
    );
  }
  video.srcObject = stream;
  dialog.showModal();
  const taken = await choice(dialog, video);
  for (const track of stream.getTracks()) track.stop();
  video.srcObject = null;
  return taken;
}

/**
 * What the person takes, null when the dialog is closed without.
 * @param {HTMLDialogElement} dialog
 * @param {HTMLVideoElement} video
 * @returns {Promise<Blob | null>}
 */
function choice(dialog, video) {
  return new Promise((resolve) => {
    let over = false;
    find(dialog, '[data-shoot]', HTMLElement).onclick = async () => {
      if (!video.videoWidth) await new Promise((ready) => video.addEventListener('loadeddata', ready, {once: true})); // no picture has come yet
      if (over) return;
      resolve(shoot(video));
      dialog.close();
    };
    find(dialog, '[data-close]', HTMLElement).onclick = () => dialog.close();
    dialog.onclose = () => {
      over = true;
      resolve(null);
    };
  });
}

/** @type {(video: HTMLVideoElement) => Promise<Blob | null>} */
function shoot(video) {
  const canvas = Object.assign(document.createElement('canvas'), {width: video.videoWidth, height: video.videoHeight});
  context2d(canvas).drawImage(video, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.92));
}
