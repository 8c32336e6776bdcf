// Looks at the unpacked mails of an edition: what mail programs support of their HTML, and how they lie on a desk and on a
// telephone. usage: node mails.mjs UNPACKED_FOLDER [PICTURES_FOLDER]

import fs from "node:fs";
import path from "node:path";
import { caniemail, formatIssue } from "caniemail";
import { launch } from "./book.mjs";

const CLIENTS = ["gmail.*", "outlook.windows", "apple-mail.*", "yahoo.*"];
const WIDTHS = { desk: 1280, phone: 390 };

const [folder, pictures] = process.argv.slice(2);
if (!folder) {
  console.error("usage: node mails.mjs UNPACKED_FOLDER [PICTURES_FOLDER]");
  process.exit(2);
}
const mails = fs.readdirSync(folder).filter((name) => name.endsWith(".html")).sort();
// Yahoo's telephone programs put the mail into a page of their own, so the mail's looks stand on its outer table instead.
const KNOWN = ["`<body> element` is not supported by `yahoo."];
let bad = 0;
const told = new Set();
const fault = (name, words) => {
  bad += 1;
  console.log(`${name}: ${words}`);
};

for (const name of mails) {
  const { issues } = caniemail({ clients: CLIENTS, html: fs.readFileSync(path.join(folder, name), "utf8") });
  for (const [type, found] of [["error", issues.errors], ["warning", issues.warnings]]) {
    for (const [client, list] of found) {
      for (const issue of list) {
        const { message, notes } = formatIssue({ client, issue, issueType: type });
        const line = `${type} ${message} ${notes.join(" ")}`;
        if (KNOWN.some((known) => line.includes(known))) continue;
        if (type === "error") fault(name, line);
        else told.add(line);
      }
    }
  }
}
for (const line of [...told].sort()) console.log(line);

const browser = await launch();
for (const [mode, width] of Object.entries(WIDTHS)) {
  const page = await browser.newPage({ viewport: { width, height: 900 }, deviceScaleFactor: pictures && mode === "phone" ? 2 : 1 });
  for (const name of mails) {
    const asked = [];
    page.on("request", (request) => request.url().startsWith("file:") || asked.push(request.url()));
    await page.goto(`file://${path.resolve(folder, name)}`);
    const seen = await page.evaluate(() => ({
      wide: document.documentElement.scrollWidth,
      lost: [...document.images].filter((image) => !image.naturalWidth || !image.alt).map((image) => image.outerHTML),
      style: document.querySelectorAll("style, link, script").length,
    }));
    if (seen.wide > width) fault(name, `${seen.wide} pixels wide on ${width}`);
    for (const image of seen.lost) fault(name, `no picture, or no words for it: ${image}`);
    if (seen.style) fault(name, "a style sheet or a script");
    for (const address of asked) fault(name, `asks for ${address}`);
    page.removeAllListeners("request");
    if (pictures) {
      fs.mkdirSync(pictures, { recursive: true });
      const [report, language] = name.split(".");
      await page.screenshot({ path: path.join(pictures, `${report}.${language}.${mode}.png`), fullPage: true });
    }
  }
  await page.close();
}
await browser.close();
console.log(`${mails.length} mails looked at, ${bad} faults`);
process.exit(bad || !mails.length ? 1 : 0);
