"""`make screens`: every screen in both languages, photographed into build/screens/<language>/, with an index.

With --docs the chosen ones are made small and put into docs/screens/ beside it.
"""

from __future__ import annotations

import argparse
import asyncio
import html
import shutil
import sys
import time
from pathlib import Path

from playwright.async_api import Browser

from services.texts.i18n import LOCALES

from .chosen import publish
from .fits import Measured, table
from .pieces import Piece, subjects
from .studio import chromium, studio

OUT = Path("build/screens")
DARK = {"ru": False, "en": True}
"""Each language in a colour scheme of its own, so that both are looked at."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.gallery", description=__doc__)
    parser.add_argument("--docs", action="store_true", help="renew docs/screens too")
    parser.add_argument("only", nargs="*", help="names of pictures, or beginnings of names")
    options = parser.parse_args()
    began = time.monotonic()
    everything = [piece for subject in subjects() for piece in subject.pieces()]
    wanted = [each for each in everything if not options.only or each.name.startswith(tuple(options.only))]
    measured = asyncio.run(_photograph(wanted))
    (OUT / "index.html").write_text(_index(wanted), encoding="utf-8")
    if options.docs:
        publish(OUT)
    count = (len(wanted) + 1) * len(LOCALES)
    sys.stdout.write(table(measured))
    sys.stdout.write(f"{count} screens in {time.monotonic() - began:.0f} s: {(OUT / 'index.html').resolve()}\n")


async def _photograph(pieces: list[Piece]) -> list[Measured]:
    async with chromium() as browser:
        taken = await asyncio.gather(*(_one_language(browser, locale, pieces) for locale in LOCALES))
    return [each for some in taken for each in some]


async def _one_language(browser: Browser, locale: str, pieces: list[Piece]) -> list[Measured]:
    measured = []
    folder = OUT / locale
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    async with studio(browser, locale, dark=DARK[locale]) as phone:
        await phone.empty_chat(folder / "start.png")
        for piece in pieces:
            try:
                heights = await phone.take(piece, folder / f"{piece.name}.png")
            except Exception as error:
                error.add_note(f"{piece.name} in {locale}")
                raise
            if heights:
                measured.append(Measured(piece.name, locale, piece.ordinary, heights))
    return measured


def _index(pieces: list[Piece]) -> str:
    rows = [
        f"<tr><th>{html.escape(name)}</th>"
        + "".join(
            f'<td><a href="{each}/{name}.png"><img loading="lazy" src="{each}/{name}.png" alt=""></a></td>'
            for each in LOCALES
        )
        for name in ("start", *(piece.name for piece in pieces))
    ]
    style = "body{font:16px sans-serif}img{width:290px}th,td{vertical-align:top;text-align:left;padding:8px}"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Screens</title><style>{style}</style>'
        f"<h1>Screens</h1><table>{''.join(rows)}</table></html>"
    )


if __name__ == "__main__":
    main()
