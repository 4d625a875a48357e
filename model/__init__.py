"""From a picture to a reading. Keras trains; one LiteRT file serves. No Gradio and no plotting here."""
