"""`python -m bot request`: whoever answers lists what people have sent, reads it, and moves it by its statuses."""

from __future__ import annotations

import argparse
import os
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TextIO

from bot.casebook import Casebook
from bot.operator import Operator
from services.cases.desk import CaseDesk
from services.cases.model import LONGEST_COMMENT, Case, CommentMissing, CommentTooLong, WrongStep
from services.errors import NomerokError, NotFound
from services.texts.dates import MOSCOW, local
from services.texts.i18n import DEFAULT_LOCALE, texts

WRONG = 2


class _Wrong(NomerokError):  # noqa: N818
    """What was asked for cannot be done; the message is for the operator."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", nargs="?", help="which request; without it all of them are listed")
    parser.add_argument("status", nargs="*", help="move it to this status, by its name or by the word of the screens")
    parser.add_argument("--list", action="store_true", help="list all requests (the same as no number)")
    parser.add_argument("--comment", metavar="TEXT", help="what its sender is told along with the status: the answer")
    parser.add_argument("--photo", metavar="FILE", type=Path, help="write its photos into files: FILE, FILE-2, …")
    parser.add_argument("--files", metavar="FOLDER", type=Path, help="write what was signed, and its signature, there")


async def run(args: argparse.Namespace, desk: CaseDesk, casebook: Casebook, *, stdout: TextIO, stderr: TextIO) -> int:
    """Does it and gives the exit code."""
    try:
        if args.number is None or args.list:
            _check_bare(args)
            await _list(desk, stdout)
            return 0
        number = _number(args.number)
        try:
            await _one(args, desk, casebook, number, stdout)
        except NotFound:
            raise _Wrong(f"there is no request No. {number}; “python -m bot request” lists them") from None
    except _Wrong as wrong:
        print(wrong, file=stderr)
        return WRONG
    return 0


async def _one(args: argparse.Namespace, desk: CaseDesk, casebook: Casebook, number: int, stdout: TextIO) -> None:
    if args.status:
        for option, what in (("photo", "photos"), ("files", "files")):
            if getattr(args, option) is not None:
                raise _Wrong(f"--{option}: get the {what} by themselves, without a status")
        words = casebook.statuses((await desk.kind(number)).name)
        await _move(desk, number, _status(" ".join(args.status), words), args.comment, stdout)
    elif args.comment is not None:
        raise _Wrong("--comment: it goes with a status")
    elif args.photo is not None:
        _write_photos(await desk.photos(number), args.photo, stdout)
    elif args.files is not None:
        await _write_files(await desk.read(number), casebook, args.files, stdout)
    else:
        _print(await desk.read(number), stdout)


async def _list(desk: CaseDesk, stdout: TextIO) -> None:
    found = await desk.lines()
    print(f"{'No.':>6}  {'kind':<9} {'status':<12} {'sent (Moscow)':<17} photos", file=stdout)
    for each in found:
        sent = _moment(each.sent_at)
        line = f"{each.number:>6}  {each.kind:<9} {each.status:<12} {sent:<17} {each.photos or ''}"
        print(line.rstrip(), file=stdout)
    print(f"{len(found)} in all", file=stdout)


async def _move(desk: CaseDesk, number: int, status: str, comment: str | None, stdout: TextIO) -> None:
    try:
        await desk.move(number, status, comment)
    except WrongStep as wrong:
        may = " or ".join(wrong.may)
        rest = f"{status} may not follow, only {may}" if may else "it is settled, nothing may follow"
        raise _Wrong(f"request No. {number} is {wrong.stands}: {rest}") from None
    except CommentMissing:
        raise _Wrong(f"--comment is missing: {status} is told with an answer") from None
    except CommentTooLong:
        raise _Wrong(f"--comment: it has more than {LONGEST_COMMENT} characters") from None
    print(f"Request No. {number} is {status}. Its sender is told.", file=stdout)


def _print(request: Case, stdout: TextIO) -> None:
    print(f"No. {request.number}, {request.kind}, {request.status}", file=stdout)
    for step in request.steps:
        said = f", {_printable(step.comment)}" if step.comment is not None and step.comment != request.comment else ""
        print(f"{_moment(step.at)} Moscow: {step.status}{said}", file=stdout)
    print(f"Photos: {len(request.photos)}", file=stdout)
    print(f"\n{_printable(request.content) or '(no text)'}", file=stdout)
    if request.comment is not None:
        print(f"\nComment: {_printable(request.comment)}", file=stdout)


def _write_photos(photos: Sequence[bytes], target: Path, stdout: TextIO) -> None:
    if not photos:
        raise _Wrong("--photo: this request has no photo")
    if not target.name:
        raise _Wrong("--photo: it needs a name of a file")
    names = [target, *(target.with_stem(f"{target.stem}-{place}") for place in range(2, len(photos) + 1))]
    _write("--photo", names, photos, stdout)


async def _write_files(request: Case, casebook: Casebook, folder: Path, stdout: TextIO) -> None:
    try:
        files = await casebook.files(request)
    except NotFound:
        raise _Wrong("--files: they are kept no more") from None
    if not files:
        raise _Wrong("--files: this request has no files")
    names = [folder / f"{request.number}{each.name}" for each in files]
    _write("--files", names, [each.data for each in files], stdout)


def _write(option: str, names: Sequence[Path], contents: Sequence[bytes], stdout: TextIO) -> None:
    """Never over a file that is there already."""
    taken = next((name for name in names if os.path.lexists(name)), None)
    if taken is not None:
        raise _Wrong(f"{option}: the file {taken} is there already; choose another name")
    for name, content in zip(names, contents, strict=True):
        try:
            with name.open("xb") as file:
                file.write(content)
        except OSError:
            raise _Wrong(f"{option}: the file {name} cannot be written") from None
        print(f"Written: {name}", file=stdout)


def _check_bare(args: argparse.Namespace) -> None:
    if args.number is not None:
        raise _Wrong("--list: it lists all requests; leave it out to see one")
    for option in ("comment", "photo", "files"):
        if getattr(args, option) is not None:
            raise _Wrong(f"--{option}: which request? Give its number")


def _number(text: str) -> int:
    digits = text.removeprefix("№").strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
        raise _Wrong(f"“{_printable(text)}” is not a number of a request")
    return int(digits)


def _status(word: str, statuses: Mapping[str, str]) -> str:
    """By its own name, or by the word that stands on the screens."""
    t = texts(DEFAULT_LOCALE)
    names = {t.label(words).casefold(): str(each) for each, words in statuses.items()}
    names |= {str(each): str(each) for each in statuses}
    found = names.get(" ".join(word.casefold().split()))
    if found is None:
        raise _Wrong(f"“{_printable(word)}” is no status; there are {', '.join(statuses)}")
    return found


def _moment(moment: datetime) -> str:
    return f"{local(moment, MOSCOW):%d.%m.%Y %H:%M}"


def _printable(text: str) -> str:
    """What strangers have written must not command the terminal."""
    return "".join(each for each in text if each in "\n\t" or unicodedata.category(each) not in ("Cc", "Cf"))


async def answer(args: argparse.Namespace, operator: Operator) -> int:
    operator.doing.about = _about(args)
    desk, casebook = operator.service(CaseDesk), operator.service(Casebook)
    return await run(args, desk, casebook, stdout=operator.stdout, stderr=operator.stderr)


def _about(args: argparse.Namespace) -> str | None:
    """What the trail is to know: which request, and what was wanted of it; never what was typed in words."""
    if args.number is None or args.list:
        return "the list"
    asked = {"status": args.status, "photos": args.photo, "files": args.files}
    wanted = next((what for what, given in asked.items() if given), "read")
    try:
        return f"No. {_number(args.number)}, {wanted}"
    except _Wrong:
        return None
