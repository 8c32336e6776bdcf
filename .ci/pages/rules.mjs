// Reads the pages of a book by two sets of rules: html-validate's for HTML, axe-core's for accessibility.
//
//   npm ci --prefix .ci/pages && node .ci/pages/rules.mjs BOOK_FOLDER
//
// Every page of the newest edition, its entrance, and the archive in each language are read; axe-core sees them, and some
// of the pages of evidence, in a browser, light and dark, wide, narrow and as they are printed. One violation of any rule is a failure.
// The browser is $CHROMIUM, or /usr/bin/chromium.

import fs from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { FileSystemConfigLoader, HtmlValidate } from "html-validate";
import { launch, opened, pagesOf } from "./book.mjs";

const SHOWN_FAULTS = 8;
const VIEWS = [
  { name: "wide light", width: 1280, colorScheme: "light", media: "screen" },
  { name: "narrow dark", width: 390, colorScheme: "dark", media: "screen" },
  { name: "print", width: 688, colorScheme: "light", media: "print" },
];

const config = {
  root: true,
  extends: ["html-validate:recommended", "html-validate:document", "html-validate:a11y"],
  rules: {
    // A style sheet of the edition itself needs no integrity, and a browser that reads files would refuse it.
    "require-sri": ["error", { target: "crossorigin" }],
    // The doctype is written in small letters, void elements without a slash.
    "doctype-style": ["error", { style: "lowercase" }],
    "void-style": ["error", { style: "omit" }],
    // A title names the report, the company and the day: longer than a search engine shows.
    "long-title": "off",
    // The length of a bar is data, and is handed to the style sheet by the element.
    "no-inline-style": ["error", { allowedProperties: ["--bar"] }],
    // Templates leave blanks at the ends of lines; browsers do not see them.
    "no-trailing-whitespace": "off",
  },
};

const validator = new HtmlValidate(new FileSystemConfigLoader(config));
const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What html-validate finds in a file, in words. */
async function markup(file) {
  const report = await validator.validateString(fs.readFileSync(file, "utf8"), config);
  return report.results.flatMap((result) => result.messages)
    .map((m) => `${m.line}:${m.column} ${m.ruleId}: ${m.message}`);
}

/** What axe-core finds in a page that is open, in words. */
async function accessibility(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${v.help}: ${n.target.join(" ")} ${n.html.slice(0, 90)}`));
}

const pages = pagesOf(process.argv);
const count = { markup: 0, axe: 0, runs: 0 };
const tell = (name, faults) => {
  console.log(`${faults.length ? "FAIL" : "ok  "} ${name}`);
  for (const fault of faults.slice(0, SHOWN_FAULTS)) console.log(`       ${fault}`);
  if (faults.length > SHOWN_FAULTS) console.log(`       and ${faults.length - SHOWN_FAULTS} more`);
};
for (const { name, file } of pages) {
  const faults = await markup(file);
  count.markup += faults.length;
  if (faults.length) tell(`${name} as HTML`, faults);
}
const browser = await launch();
for (const view of VIEWS) {
  const context = await browser.newContext({ viewport: { width: view.width, height: 900 }, colorScheme: view.colorScheme, offline: true });
  for (const { name, file } of opened(pages)) {
    const page = await context.newPage();
    await page.emulateMedia({ media: view.media });
    // An entrance leads on at once; it is read as those see it who are not led on.
    const text = fs.readFileSync(file, "utf8");
    if (text.includes('http-equiv="refresh"')) await page.setContent(text.replace(/<meta http-equiv="refresh"[^>]*>/, ""));
    else await page.goto(pathToFileURL(file).href, { waitUntil: "load" });
    const faults = await accessibility(page);
    count.axe += faults.length;
    count.runs += 1;
    if (faults.length) tell(`${name} ${view.name}`, faults);
    await page.close();
  }
  await context.close();
}
await browser.close();
console.log(`${pages.length} pages: html-validate ${count.markup} violations; axe-core ${count.axe} violations in ${count.runs} views`);
process.exitCode = count.markup || count.axe ? 1 : 0;
