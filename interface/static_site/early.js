// Starts what reads before the page's style and modules are there: a classic script above both. reader.js takes the worker over.

{
  const {model} = /** @type {HTMLScriptElement} */ (document.currentScript).dataset;
  const wanted = new URLSearchParams(location.hash.slice(1)).get('model') ?? model ?? '';
  if (window.Worker && window.DecompressionStream) {
    const reader = new Worker('assets/interface/reader/worker.js');
    reader.postMessage({id: 0, model: wanted}); // nobody waits for this answer: who needs the model asks again
    window.startedReader = reader;
    reader.onerror = () => {
      reader.terminate();
      delete window.startedReader; // reader.js starts another one, and says what is wrong
    };
  }
}
