"""Everything Gradio or JavaScript: the page, its two tabs, and the routes that answer while someone draws."""
