// The pages of a book, and the browser that looks at them.

import fs from "node:fs";
import path from "node:path";
import { chromium } from "playwright-core";

/** The HTML files below a folder, in order. */
function htmlBelow(folder) {
  return fs.readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".html"))
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/**
 * The pages of the book that the command line names: the archive in each language, and those of the newest edition,
 * its entrance first. Ends the program where there is no such book.
 */
export function pagesOf(argv) {
  const [, script, book, ...others] = argv;
  const stop = (words) => {
    console.error(words);
    process.exit(2);
  };
  if (!book || others.length) stop(`usage: node ${path.basename(script)} BOOK_FOLDER`);
  const latest = path.join(book, "latest");
  if (!fs.existsSync(latest)) stop(`no edition: ${latest} is not there`);
  const edition = fs.realpathSync(latest);
  const root = fs.realpathSync(book);
  const archive = fs.readdirSync(root).filter((name) => name.endsWith(".html")).sort();
  const inside = htmlBelow(edition);
  if (!archive.length || inside.length < 2) stop(`no pages in ${edition}`);
  return [
    ...archive.map((name) => ({ name, file: path.join(root, name), isEntrance: false })),
    ...inside.map((file) => ({ name: path.relative(edition, file), file, isEntrance: file === path.join(edition, "index.html") })),
  ];
}

/**
 * The pages that a browser opens: all but those of evidence, which are of one layout; of these every twentieth, and the
 * largest.
 */
export function opened(pages) {
  const isEvidence = (page) => page.name.includes("/evidence/");
  const evidence = pages.filter(isEvidence);
  const size = (page) => fs.statSync(page.file).size;
  const largest = evidence.reduce((most, page) => (most && size(most) >= size(page) ? most : page), null);
  return pages.filter((page) => !isEvidence(page) || page === largest || evidence.indexOf(page) % 20 === 0);
}

/** A browser without a window: $CHROMIUM, or /usr/bin/chromium. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}
