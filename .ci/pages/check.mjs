// Looks at the pages of a book as a reader's browser shows them.
//
//   npm ci --prefix .ci/pages && node .ci/pages/check.mjs BOOK_FOLDER
//
// Each page of the newest edition, and the archive, is opened at two widths, light and dark. A page fails when
//   - the document is wider than the window (a table may be, inside its own region),
//   - a chart has no visible mark beside its legend, no size, or is not drawn at all,
//   - something is written to the console, or anything but the page itself is asked for,
//   - text has less contrast with what lies behind it than WCAG AA wants: 4.5:1, large text 3:1,
//   - on A4 paper anything is wider than what lies between the margins, a bar is higher than a line, a row of an
//     action list has no box to tick, or the ways through the book are printed.
// The browser is $CHROMIUM, or /usr/bin/chromium.

import { pathToFileURL } from "node:url";
import { launch, opened, pagesOf } from "./book.mjs";

const WIDTHS = [1280, 390];
const SCHEMES = ["light", "dark"];
// A4 less the margins of the style sheet, in pixels of 1/96 inch.
const PAPER = Math.floor(((210 - 2 * 14) / 25.4) * 96);
const SHOWN_FAULTS = 5;

/** Runs in the page; gives the faults that layout, charts and colours have, in words. */
function inspect() {
  const faults = [];

  // Layout.
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) {
    const wide = [...document.body.querySelectorAll("*")].find(
      (e) => !e.closest(".table, svg, .skip") && e.getBoundingClientRect().right > root.clientWidth + 1,
    );
    const name = wide ? `<${wide.tagName.toLowerCase()} class="${wide.getAttribute("class") ?? ""}">` : "an element";
    faults.push(`wider than the window: ${root.scrollWidth} > ${root.clientWidth} px, for example ${name}`);
  }

  // Colours: [red, green, blue, alpha], 0 to 255 and 0 to 1. The canvas reads every notation that style sheets have.
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const colour = (text) => {
    if (!known.has(text)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = "#000";
      canvas.fillStyle = text;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
      known.set(text, [r, g, b, a / 255]);
    }
    return known.get(text);
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const faded = (c, opacity) => [c[0], c[1], c[2], c[3] * opacity];
  const luminance = (c) => {
    const [r, g, b] = c.slice(0, 3).map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  const hex = (c) => "#" + c.slice(0, 3).map((v) => Math.round(v).toString(16).padStart(2, "0")).join("");
  const opacityOf = (element) => {
    let opacity = 1;
    for (let e = element; e; e = e.parentElement) opacity *= Number(getComputedStyle(e).opacity);
    return opacity;
  };

  // What may lie behind an element: its ancestors' backgrounds from the paper up. A gradient may show any of its colours.
  const COLOURS = /(?:rgba?|hsla?|color|oklch|oklab|lab|lch|hwb|color-mix)\([^()]*(?:\([^()]*\)[^()]*)*\)|#[0-9a-f]{3,8}|transparent/gi;
  const paper = () => colour(getComputedStyle(document.documentElement).colorScheme.includes("dark") && matchMedia("(prefers-color-scheme: dark)").matches ? "#121212" : "#ffffff");
  const behind = (element) => {
    const chain = [];
    for (let e = element; e; e = e.parentElement) chain.unshift(e);
    let possible = [paper()];
    for (const e of chain) {
      const style = getComputedStyle(e);
      possible = possible.map((below) => over(colour(style.backgroundColor), below));
      if (style.backgroundImage.includes("url(")) faults.push(`a background picture behind text cannot be judged: <${e.tagName.toLowerCase()}>`);
      const stops = style.backgroundImage === "none" ? [] : (style.backgroundImage.match(COLOURS) ?? []).map(colour);
      const seen = new Map(possible.map((c) => [hex(c), c]));
      for (const stop of stops) for (const below of possible) {
        const c = over(stop, below);
        seen.set(hex(c), c);
      }
      possible = [...seen.values()];
    }
    return possible;
  };

  // What is painted below a text of a chart at a point: the shapes that were drawn before it and hold the point.
  const painted = (svg, text, x, y) => {
    let possible = behind(svg);
    for (const shape of svg.querySelectorAll("rect, path, circle, ellipse, polygon")) {
      if (!(text.compareDocumentPosition(shape) & Node.DOCUMENT_POSITION_PRECEDING)) continue;
      const style = getComputedStyle(shape);
      if (style.fill === "none" || style.visibility === "hidden" || style.display === "none") continue;
      const at = new DOMPoint(x, y).matrixTransform(shape.getScreenCTM().inverse());
      if (!shape.isPointInFill(at)) continue;
      const top = faded(colour(style.fill), Number(style.fillOpacity) * opacityOf(shape));
      possible = possible.map((below) => over(top, below));
    }
    return possible;
  };

  const judge = (words, ink, grounds, size, weight) => {
    const least = size >= 24 || (size >= 18.66 && weight >= 700) ? 3 : 4.5;
    for (const ground of grounds) {
      const found = contrast(over(ink, ground), ground);
      if (found < least - 0.005) {
        faults.push(`contrast ${found.toFixed(2)}:1 < ${least}:1 of "${words.slice(0, 40)}": ${hex(over(ink, ground))} on ${hex(ground)}`);
        return;
      }
    }
  };

  // Texts.
  let texts = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const words = node.data.trim();
    const element = node.parentElement;
    if (!words || element.closest("script, style, title, desc")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()].filter((box) => box.width > 0 && box.height > 0);
    const style = getComputedStyle(element);
    if (!boxes.length || style.visibility !== "visible") continue;
    texts += 1;
    const svg = element.closest("svg");
    if (!svg) {
      judge(words, faded(colour(style.color), opacityOf(element)), behind(element), parseFloat(style.fontSize), Number(style.fontWeight));
      continue;
    }
    const ink = faded(colour(style.fill), Number(style.fillOpacity) * opacityOf(element));
    const scale = Math.hypot(element.getScreenCTM().a, element.getScreenCTM().b);
    // A halo below the letters is what lies behind them.
    const halo = style.paintOrder.startsWith("stroke") && style.stroke !== "none" && parseFloat(style.strokeWidth) >= 2;
    const grounds = new Map();
    for (const box of boxes) for (const fx of [0.05, 0.35, 0.65, 0.95]) for (const fy of [0.3, 0.6]) {
      for (const c of painted(svg, element, box.left + fx * box.width, box.top + fy * box.height)) {
        const ground = halo ? over(faded(colour(style.stroke), Number(style.strokeOpacity)), c) : c;
        grounds.set(hex(ground), ground);
      }
    }
    judge(words, ink, [...grounds.values()], parseFloat(style.fontSize) * scale, Number(style.fontWeight));
  }
  if (texts === 0) faults.push("no text at all");

  // Charts: of each figure at least one drawing is shown, and every drawing that is shown has data marks.
  let charts = 0;
  for (const figure of document.querySelectorAll("figure.chart-figure")) {
    const shown = [...figure.querySelectorAll("svg")].filter((svg) => getComputedStyle(svg).display !== "none");
    if (!shown.length) faults.push(`a figure without a chart: "${figure.textContent.trim().slice(0, 40)}"`);
  }
  for (const svg of document.querySelectorAll("svg")) {
    if (getComputedStyle(svg).display === "none") continue;
    charts += 1;
    const name = svg.querySelector("title")?.textContent ?? "without a name";
    const box = svg.getBoundingClientRect();
    if (box.width < 20 || box.height < 10) {
      faults.push(`chart "${name}" is ${Math.round(box.width)} x ${Math.round(box.height)} px`);
      continue;
    }
    const ground = behind(svg)[0];
    const visible = (shape) => {
      const style = getComputedStyle(shape);
      if (style.display === "none" || style.visibility !== "visible") return false;
      const b = shape.getBoundingClientRect();
      if (b.width < 0.5 && b.height < 0.5) return false;
      if (b.right <= box.left || b.left >= box.right || b.bottom <= box.top || b.top >= box.bottom) return false;
      const opacity = opacityOf(shape);
      const differs = (paint, own) => paint !== "none" && contrast(over(faded(colour(paint), opacity * Number(own)), ground), ground) > 1.05;
      return (b.width >= 0.5 && b.height >= 0.5 && differs(style.fill, style.fillOpacity)) ||
        (parseFloat(style.strokeWidth) > 0 && differs(style.stroke, style.strokeOpacity));
    };
    // Lines are axes and grids; data is drawn as shapes.
    const marks = [...svg.querySelectorAll("rect, path, circle, ellipse, polygon, polyline")].filter(visible);
    if (!marks.length) {
      faults.push(`chart "${name}" has no visible mark`);
      continue;
    }
    // A legend alone is a strip; data spreads over the chart.
    const spread = (low, high, whole) => (Math.max(...marks.map((m) => m.getBoundingClientRect()[high])) - Math.min(...marks.map((m) => m.getBoundingClientRect()[low]))) / whole;
    if (spread("left", "right", box.width) < 0.2 || spread("top", "bottom", box.height) < 0.2) faults.push(`chart "${name}" has no data, only a legend`);
  }
  return { faults, texts, charts };
}

/** Runs in the page as it is printed; gives the faults in words. */
function inspectPaper() {
  const faults = [];
  const edge = document.documentElement.clientWidth + 1;
  for (const e of document.body.querySelectorAll("*")) {
    const box = e.getBoundingClientRect();
    if (box.width > 0 && box.right > edge && !e.closest(".skip, svg *")) {
      faults.push(`does not fit the paper by ${Math.round(box.right - edge)} px: <${e.tagName.toLowerCase()} class="${e.getAttribute("class") ?? ""}"> "${e.textContent.trim().slice(0, 30)}"`);
      break;
    }
  }
  for (const cell of document.querySelectorAll(".barred")) {
    const style = getComputedStyle(cell);
    if (parseFloat(style.backgroundSize.split(" ").at(-1)) > parseFloat(style.fontSize) * 1.5) faults.push("a bar is higher than a line");
  }
  for (const row of document.querySelectorAll("table.actions tbody tr")) {
    if (!row.querySelector(".none") && getComputedStyle(row.firstElementChild, "::before").borderTopStyle !== "solid") faults.push("an action without a box to tick");
  }
  for (const e of document.querySelectorAll("nav, footer, .skip")) if (getComputedStyle(e).display !== "none" && e.getClientRects().length) faults.push(`<${e.tagName.toLowerCase()}> is printed`);
  return faults;
}

/** Faults of one page in one window. */
async function look(context, url) {
  const page = await context.newPage();
  const faults = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`script error: ${error.message}`));
  // Pages of evidence share a style sheet of the edition; reports carry theirs.
  const sheet = url.includes("/evidence/") ? new URL("../../style.css", url).href : url;
  page.on("request", (request) => {
    if (![url, sheet].includes(request.url())) faults.push(`asks for ${request.url().slice(0, 120)}`);
  });
  page.on("requestfailed", (request) => faults.push(`failed: ${request.url().slice(0, 120)}`));
  try {
    await page.goto(url, { waitUntil: "load" });
    const found = await page.evaluate(inspect);
    return { ...found, faults: [...new Set([...faults, ...found.faults])] };
  } catch (error) {
    return { faults: [...faults, error.message.split("\n")[0]], texts: 0, charts: 0 };
  } finally {
    await page.close();
  }
}

// The entrance of an edition only leads on, so it is not a page to look at.
const pages = opened(pagesOf(process.argv)).filter((page) => !page.isEntrance);
const browser = await launch();
let passed = 0;
let failed = 0;
const report = (name, faults, detail) => {
  if (faults.length) failed += 1;
  else passed += 1;
  console.log(`${faults.length ? "FAIL" : "ok  "} ${name}${faults.length ? "" : ` (${detail})`}`);
  for (const fault of faults.slice(0, SHOWN_FAULTS)) console.log(`       ${fault}`);
  if (faults.length > SHOWN_FAULTS) console.log(`       and ${faults.length - SHOWN_FAULTS} more`);
};
for (const width of WIDTHS) for (const colorScheme of SCHEMES) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, offline: true });
  for (const { name, file } of pages) {
    const { faults, texts, charts } = await look(context, pathToFileURL(file).href);
    report(`${name} ${width} ${colorScheme}`, faults, `${texts} texts, ${charts} charts`);
  }
  await context.close();
}
const paper = await browser.newContext({ viewport: { width: PAPER, height: 900 }, colorScheme: "dark", offline: true });
for (const { name, file } of pages) {
  const page = await paper.newPage();
  await page.emulateMedia({ media: "print" });
  await page.goto(pathToFileURL(file).href, { waitUntil: "load" });
  report(`${name} printed`, await page.evaluate(inspectPaper), "fits");
  await page.close();
}
await paper.close();
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
