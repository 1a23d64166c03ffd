"""What a page looks like to somebody with a phone or weak eyes, measured in the browser."""

from __future__ import annotations

TOO_PALE = r"""
() => {
  const parse = text => {
    const parts = (text.match(/[\d.]+/g) || [0, 0, 0, 0]).map(Number);
    const scale = text.startsWith("color(srgb") ? 255 : 1;
    return [...parts.slice(0, 3).map(part => part * scale), parts[3] ?? 1];
  };
  const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3]));
  const light = colour => {
    const [r, g, b] = colour.slice(0, 3).map(part => part / 255)
      .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  const groundOf = element => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) {
      const colour = parse(getComputedStyle(one).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255]);
  };
  const found = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode.textContent.trim(), element = texts.currentNode.parentElement;
    if (!text || text === "\u2605" || element instanceof SVGElement) continue;
    if (element.closest("style, script, noscript, [disabled], [aria-disabled=true]")) continue;
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    if (element.getBoundingClientRect().width < 2) continue;
    const style = getComputedStyle(element), size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700)
      || /material/i.test(style.fontFamily);
    const ground = groundOf(element);
    const seen = ratio(over(parse(style.color), ground), ground);
    if (seen < (large ? 3 : 4.5)) found.add(`${text.slice(0, 40)}: ${seen.toFixed(2)}`);
  }
  const rings = "[data-testid=stRadioOption]:not([data-selected]) > div > div:first-child, "
    + "[data-testid=stCheckbox] label:not([data-selected]) > div:first-of-type";
  for (const ring of document.querySelectorAll(rings)) {
    const ground = groundOf(ring.parentElement);
    const shadow = getComputedStyle(ring).boxShadow.match(/[a-z]+\([^)]*\)/);
    const edge = parse(shadow ? shadow[0] : "");
    const seen = ratio(over(edge, ground), ground);
    if (seen < 3) found.add(`a ring of a choice: ${seen.toFixed(2)}`);
  }
  return [...found];
}
"""
"""Texts and rings of choices below WCAG AA (4.5 to 1; large ones and controls 3 to 1)."""

CUT_OFF = r"""
() => {
  const found = [], room = document.documentElement.scrollWidth - innerWidth;
  if (room > 0) found.push(`the page is ${room} pixels too wide`);
  const main = document.querySelector("[data-testid=stMain]");
  if (main && main.scrollWidth > main.clientWidth) {
    found.push(`what it shows is ${main.scrollWidth - main.clientWidth} pixels too wide`);
  }
  for (const part of document.querySelectorAll("[data-testid=stMain] :is(p, span, a, h1, h2)")) {
    const style = getComputedStyle(part);
    if (style.textOverflow === "ellipsis" && part.scrollWidth > part.clientWidth + 1
        && part.clientWidth > 0 && part.checkVisibility()) {
      found.push(`cut: ${part.textContent.trim().slice(0, 40)}`);
    }
  }
  return found;
}
"""
"""What does not fit into the window's width."""

FOCUSED = r"""
() => {
  const here = document.activeElement;
  if (!here || here === document.body) return ["", ""];
  const drawn = one => {
    const style = getComputedStyle(one);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0)
      || style.boxShadow !== "none";
  };
  let seen = false;
  for (let one = here, i = 0; one && i < 6; one = one.parentElement, i++) {
    seen ||= drawn(one);
  }
  const name = here.getAttribute("aria-label") || here.textContent.trim()
    || here.labels?.[0]?.textContent.trim() || here.tagName;
  return [name.slice(0, 60), seen ? "seen" : "unseen"];
}
"""
"""What the keyboard is at, and whether that can be seen."""
