"""The page: its two tabs, the reader inside it, the server around it. `interface.app` puts them together; only here is Gradio imported."""
