"""The colours and fonts of Gradio's components (`theme`); interface/page/app.css has the same palette for ours.

Every pair of text and ground reaches WCAG AA (4.5 : 1) in both themes; a browser test checks it.
"""

from gradio.themes import Base, sizes

LIGHT = {
    "ground": "#fbfbfa",
    "card": "#ffffff",
    "line": "#e6e5e1",
    "text": "#1c1c1a",
    "soft": "#65645f",
    "accent": "#2d5bd7",
}
DARK = {
    "ground": "#141413",
    "card": "#1d1d1b",
    "line": "#33322f",
    "text": "#f0efeb",
    "soft": "#a9a8a2",
    "accent": "#86a6ff",
}
# Colour → the variables of Gradio's themes that take it.
VARIABLES = {
    "ground": ["body_background_fill", "background_fill_secondary"],
    "card": [
        "background_fill_primary",
        "block_background_fill",
        "input_background_fill",
        "button_secondary_background_fill",
        "panel_background_fill",
    ],
    "line": ["border_color_primary", "block_border_color", "input_border_color", "button_secondary_border_color"],
    "text": ["body_text_color", "block_title_text_color", "button_secondary_text_color"],
    "soft": ["body_text_color_subdued", "block_label_text_color", "block_info_text_color", "input_placeholder_color"],
    "accent": [
        "color_accent",
        "button_primary_background_fill",
        "button_primary_background_fill_hover",
        "button_primary_border_color",
        "link_text_color",
        "slider_color",
        "input_border_color_focus",
    ],
}
NO_DARK_VARIANT = {"color_accent"}


def theme() -> Base:
    """Gradio's plain theme in our colours, with the system's fonts: nothing is fetched from anywhere."""
    fonts = ["system-ui", "sans-serif"]
    values = {
        "button_primary_text_color": "#ffffff",
        "button_primary_text_color_dark": "#10182b",
        "block_shadow": "none",
    }
    for colour, variables in VARIABLES.items():
        for variable in variables:
            values[variable] = LIGHT[colour]
            if variable not in NO_DARK_VARIANT:
                values[f"{variable}_dark"] = DARK[colour]
    base = Base(font=fonts, font_mono=["ui-monospace", "monospace"], radius_size=sizes.radius_md)
    return base.set(**values)
