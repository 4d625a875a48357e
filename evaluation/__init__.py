"""From a model to a report: run it, measure it, draw it, write it down. No Gradio here."""
