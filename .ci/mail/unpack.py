"""Unpacks the mails of an edition as a mail program does, with Python's own parser, and sees that they are sound.

usage: python3 unpack.py MAIL_FOLDER OUT_FOLDER

Writes <name>.html with its pictures beside it, <name>.txt, and <name>.json with the headers.
"""

import email
import email.policy
import json
import pathlib
import sys

MOST_HTML = 90_000
WANTED = ["From", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe", "Auto-Submitted"]


def unpack(path, out):
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    faults = [f"{part.get_content_type()}: {defect!r}" for part in message.walk() for defect in part.defects]
    faults += [f"no header {name}" for name in WANTED if not message[name]]
    parts = list(message.walk())
    shape = [part.get_content_type() for part in parts if part.is_multipart()]
    if shape != ["multipart/mixed", "multipart/alternative", "multipart/related"]:
        faults.append(f"its parts are {shape}")
    text = message.get_body(preferencelist=("plain",)).get_content()
    html = message.get_body(preferencelist=("html",)).get_content()
    if len(html.encode()) > MOST_HTML:
        faults.append(f"{len(html.encode())} bytes of HTML")
    for part in parts:
        if part.get_content_type() == "image/png":
            cid = part["Content-ID"].strip("<>")
            if f'"cid:{cid}"' not in html:
                faults.append(f"no word of picture {cid}")
            name = f"{path.stem}.{part.get_filename()}"
            (out / name).write_bytes(part.get_content())
            html = html.replace(f'"cid:{cid}"', f'"{name}"')
    if "cid:" in html:
        faults.append("a picture is not there")
    for word in ("<style", "<script", "<svg", "class=", "data:", "http://", "javascript:"):
        if word in html:
            faults.append(f"`{word}` in the HTML")
    (out / f"{path.stem}.html").write_text(html, encoding="utf-8")
    (out / f"{path.stem}.txt").write_text(text, encoding="utf-8")
    headers = {name: str(message[name]) for name in WANTED}
    headers["attachments"] = [part.get_filename() for part in message.iter_attachments()]
    (out / f"{path.stem}.json").write_text(json.dumps(headers, ensure_ascii=False, indent=1), encoding="utf-8")
    return faults


def main():
    folder, out = map(pathlib.Path, sys.argv[1:])
    out.mkdir(parents=True, exist_ok=True)
    mails = sorted(folder.glob("*.eml"))
    bad = 0
    for path in mails:
        for fault in unpack(path, out):
            bad += 1
            print(f"{path.name}: {fault}")
    print(f"{len(mails)} mails unpacked, {bad} faults")
    sys.exit(1 if bad or not mails else 0)


main()
