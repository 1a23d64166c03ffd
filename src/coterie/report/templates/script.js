(() => {
  "use strict";
  const read = (id) => document.getElementById(id).textContent;
  const config = JSON.parse(read("plot-config"));
  const swaps = JSON.parse(read("plot-swaps"));
  const colours = new RegExp(Object.keys(swaps).join("|"), "g");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const drawn = new Map();

  function broken(text) {
    const lines = [""];
    for (const word of text.replaceAll("<br>", " ").split(" ")) {
      const last = lines[lines.length - 1];
      if (last && last.length + word.length > 36) lines.push(word);
      else lines[lines.length - 1] = last ? last + " " + word : word;
    }
    return lines.join("<br>");
  }

  function figureOf(place) {
    const text = read(place.dataset.spec);
    const figure = JSON.parse(dark.matches ? text.replace(colours, (c) => swaps[c]) : text);
    const layout = figure.layout;
    const meta = layout.meta || {};
    if (dark.matches) {
      for (const trace of figure.data) {
        if (trace.marker && trace.marker.opacity === 0.8 && trace.mode === "markers") {
          trace.marker.opacity = 1;
          trace.marker.line.width *= 2;
        }
      }
    }
    if (place.clientWidth < 560) {
      for (const axis of [layout.xaxis, layout.yaxis]) {
        if (axis && axis.title && axis.title.text) axis.title.text = broken(axis.title.text);
      }
      layout.margin = Object.assign({}, layout.margin, { l: Math.min(layout.margin.l, 40) });
      const written = (layout.scene || layout).annotations || [];
      (meta.narrow || []).forEach((text, i) => {
        const near = { text, font: Object.assign({}, written[i].font, { size: 11 }) };
        Object.assign(written[i], near, {
          ax: 0, ay: -19, opacity: 0.85, bgcolor: dark.matches ? swaps["#FBFAF7"] : "#FBFAF7",
        });
      });
      if (meta.narrow && meta.narrow.length && !layout.scene) layout.height = 400;
    }
    return figure;
  }

  function draw(place) {
    const figure = figureOf(place);
    drawn.set(place, place.clientWidth < 560);
    place.style.height = figure.layout.height + "px";
    Plotly.react(place, figure.data, figure.layout, config);
  }

  const places = Array.from(document.querySelectorAll(".plot"));
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting && !drawn.has(entry.target)) draw(entry.target);
    }
  }, { rootMargin: "500px 0px" });
  places.forEach((place) => seen.observe(place));

  dark.addEventListener("change", () => drawn.forEach((_, place) => draw(place)));
  let waiting = 0;
  addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => drawn.forEach((narrow, place) => {
      if (place.clientWidth && narrow !== (place.clientWidth < 560)) draw(place);
    }), 150);
  });

  document.querySelectorAll('[role="tablist"]').forEach((list) => {
    const tabs = Array.from(list.querySelectorAll('[role="tab"]'));
    function show(chosen) {
      for (const tab of tabs) {
        const on = tab === chosen;
        tab.setAttribute("aria-selected", String(on));
        tab.tabIndex = on ? 0 : -1;
        document.getElementById(tab.getAttribute("aria-controls")).dataset.shown = String(on);
      }
      chosen.focus({ preventScroll: true });
    }
    tabs.forEach((tab, i) => {
      tab.addEventListener("click", () => show(tab));
      tab.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        event.preventDefault();
        show(tabs[(i + step + tabs.length) % tabs.length]);
      });
    });
  });

  addEventListener("beforeprint", () => {
    document.querySelectorAll("details:not([open])").forEach((part) => {
      part.open = true;
      part.dataset.opened = "";
    });
  });
  addEventListener("afterprint", () => {
    document.querySelectorAll("details[data-opened]").forEach((part) => {
      part.open = false;
      delete part.dataset.opened;
    });
  });
})();
