"""How the Gradio page looks: the colours and typefaces of all faces, light and dark."""

from __future__ import annotations

import base64
from functools import cache
from importlib.resources import files

import gradio as gr

from coterie.figures import palette

DARK = {"ground": "#171815", "soft": "#22231F", "ink": "#ECE9E2", "muted": "#A8A59C",
        "hairline": "#3A3A34", "accent": "#6FC2BE"}  # fmt: skip
SOFT = "#F3F0E9"
SANS = "Inter Variable"
SERIF = "Source Serif 4 Variable"

_FACES = (
    (SANS, "inter-latin-wght-normal", "100 900"),
    (SERIF, "source-serif-4-latin-wght-normal", "200 900"),
)


def theme() -> gr.themes.Base:
    """Return the theme: warm ground, hairlines, one accent, no shadows."""
    teal = gr.themes.Color(
        "#EEF5F4", "#DCEAE9", "#B9D5D3", "#8FBBB9", "#56959A", palette.ACCENT,
        "#0A5253", "#084546", "#07393A", "#052B2C", "#031C1D",
    )  # fmt: skip
    stone = gr.themes.Color(
        palette.GROUND, SOFT, palette.HAIRLINE, "#CFCBC2", "#A8A59C", palette.MUTED,
        "#4E5258", DARK["hairline"], DARK["soft"], "#1C1D1A", DARK["ground"],
    )  # fmt: skip
    base = gr.themes.Base(
        primary_hue=teal,
        secondary_hue=teal,
        neutral_hue=stone,
        radius_size=gr.themes.sizes.radius_sm,
        text_size=gr.themes.sizes.text_md,
        font=[gr.themes.Font(SANS), "system-ui", "sans-serif"],
        font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"],
    )
    return base.set(**_colours(), **_shapes())


def _colours() -> dict[str, str]:
    """Return what is coloured, on paper and in the dark."""
    pairs = {
        "body_background_fill": (palette.GROUND, DARK["ground"]),
        "background_fill_primary": (palette.GROUND, DARK["ground"]),
        "background_fill_secondary": (SOFT, DARK["soft"]),
        "block_background_fill": ("transparent", "transparent"),
        "block_label_background_fill": ("transparent", "transparent"),
        "panel_background_fill": ("transparent", "transparent"),
        "input_background_fill": ("#FFFFFF", DARK["soft"]),
        "body_text_color": (palette.INK, DARK["ink"]),
        "body_text_color_subdued": (palette.MUTED, DARK["muted"]),
        "block_title_text_color": (palette.INK, DARK["ink"]),
        "block_label_text_color": (palette.INK, DARK["ink"]),
        "block_info_text_color": (palette.MUTED, DARK["muted"]),
        "border_color_primary": (palette.HAIRLINE, DARK["hairline"]),
        "block_border_color": (palette.HAIRLINE, DARK["hairline"]),
        "input_border_color": ("#8F8C84", "#77756D"),
        "input_border_color_focus": (palette.ACCENT, DARK["accent"]),
        "border_color_accent": (palette.ACCENT, DARK["accent"]),
        "link_text_color": (palette.ACCENT, DARK["accent"]),
        "button_primary_background_fill": (palette.ACCENT, DARK["accent"]),
        "button_primary_background_fill_hover": ("#084546", "#8FD3CF"),
        "button_primary_text_color": ("#FFFFFF", DARK["ground"]),
        "button_primary_border_color": (palette.ACCENT, DARK["accent"]),
        "button_secondary_background_fill": ("transparent", "transparent"),
        "button_secondary_background_fill_hover": (SOFT, DARK["soft"]),
        "button_secondary_text_color": (palette.ACCENT, DARK["accent"]),
        "button_secondary_border_color": (palette.ACCENT, DARK["accent"]),
        "checkbox_border_color": ("#8F8C84", "#77756D"),
        "checkbox_background_color_selected": (palette.ACCENT, DARK["accent"]),
        "checkbox_border_color_selected": (palette.ACCENT, DARK["accent"]),
        "checkbox_label_background_fill": ("transparent", "transparent"),
        "checkbox_label_background_fill_selected": ("transparent", "transparent"),
        "checkbox_label_text_color_selected": (palette.INK, DARK["ink"]),
    }
    settings = {name: light for name, (light, _) in pairs.items()}
    settings |= {f"{name}_dark": dark for name, (_, dark) in pairs.items()}
    return {**settings, "slider_color": palette.ACCENT, "slider_color_dark": DARK["accent"],
            "color_accent": palette.ACCENT}  # fmt: skip


def _shapes() -> dict[str, str]:
    """Return what keeps boxes out of boxes."""
    return {
        "block_border_width": "0px",
        "block_shadow": "none",
        "block_padding": "0px",
        "block_label_border_width": "0px",
        "block_label_padding": "0 0 6px 0",
        "block_title_text_weight": "500",
        "checkbox_label_border_width": "0px",
        "checkbox_label_padding": "4px 0",
        "button_primary_shadow": "none",
        "button_secondary_shadow": "none",
        "button_border_width": "1px",
        "input_shadow": "none",
        "input_shadow_focus": "none",
        "layout_gap": "20px",
        "form_gap_width": "18px",
    }


@cache
def style() -> str:
    """Return the page's own style sheet."""
    return (files("coterie.faces.demo") / "style.css").read_text(encoding="utf-8")


@cache
def head() -> str:
    """Return what stands in the page's head: the fonts shipped, so that none is fetched."""
    faces = []
    for family, stem, weights in _FACES:
        data = (files("coterie.report") / "fonts" / f"{stem}.woff2").read_bytes()
        faces.append(
            f'@font-face{{font-family:"{family}";font-style:normal;font-display:swap;'
            f"font-weight:{weights};src:url(data:font/woff2;base64,"
            f'{base64.b64encode(data).decode("ascii")}) format("woff2")}}'
        )
    return f"<style>{''.join(faces)}</style>"
