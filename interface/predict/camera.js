// One picture from the camera, taken in a dialog; nothing leaves the page before "Take picture".

let busy = false; // a second click would start the camera a second time, and nothing would stop the first

/** Resolves to a JPEG Blob, or null when the person changed their mind or is at it already; rejects with a sentence when there is
 *  no camera. */
export async function open(dialog) {
  if (busy) return null;
  busy = true;
  try {
    return await photograph(dialog);
  } finally {
    busy = false;
  }
}

async function photograph(dialog) {
  const video = dialog.querySelector('video');
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({video: {facingMode: 'environment', width: {ideal: 1280}}});
  } catch (error) {
    throw new Error(
      error.name === 'NotAllowedError'
        ? 'The browser does not allow this page to use the camera.'
        : 'No camera can be used here: it needs a camera, and https or this computer’s own address.',
    );
  }
  video.srcObject = stream;
  dialog.showModal();
  const taken = await new Promise((resolve) => {
    dialog.querySelector('[data-shoot]').onclick = async () => {
      if (!video.videoWidth)
        await new Promise((ready) => {
          video.onloadeddata = ready;
        }); // no picture has come yet
      resolve(shoot(video));
      dialog.close();
    };
    dialog.querySelector('[data-close]').onclick = () => dialog.close();
    dialog.onclose = () => resolve(null);
  });
  for (const track of stream.getTracks()) track.stop();
  video.srcObject = null;
  return taken;
}

function shoot(video) {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  canvas.getContext('2d').drawImage(video, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.92));
}
