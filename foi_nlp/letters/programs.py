"""Run the office suite and the OCR programs where they are installed: under a limit of time, with no network to use."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from foi_nlp.letters.model import LetterError

_OPEN_OFFICE = "http://openoffice.org/2001/registry"
# Nothing is run and nothing is fetched: no macros, no active content, no links, and a proxy that nobody listens on.
_SETTINGS = (
    ("Inet/Settings", "ooInetProxyType", "2"),
    ("Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPSProxyPort", "9"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("Office.Writer/Content/Update", "Link", "0"),
)


def _profile() -> str:
    items = "".join(
        f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for path, name, value in _SETTINGS
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="{_OPEN_OFFICE}">{items}</oor:items>\n'


def installed(*names: str) -> bool:
    """Tell whether all the programs are installed."""
    return all(shutil.which(name) for name in names)


@contextmanager
def working_folder() -> Iterator[Path]:
    """Give a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="foi_nlp-") as name:
        yield Path(name)


def run_program(
    arguments: Sequence[str], *, source: str, seconds: float, folder: Path
) -> subprocess.CompletedProcess[bytes]:
    """Run a program in a folder. Raises LetterError when it takes too long or cannot be started."""
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "LANG": "C.UTF-8", "OMP_THREAD_LIMIT": "1"}
    # A proxy that nobody listens on: whatever a document links to stays unfetched.
    environment |= dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    environment["TMPDIR"] = str(folder)
    process = subprocess.Popen(  # noqa: S603 - fixed programs, found on the user's own path
        arguments,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        output, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired as error:
        process.kill()
        process.communicate()
        raise LetterError(
            source,
            f"{Path(arguments[0]).name} takes longer than {seconds:g} seconds for it; raise the limit "
            "with --limit seconds=NUMBER",
        ) from error
    return subprocess.CompletedProcess(arguments, process.returncode, output, b"")


def convert_to_docx(data: bytes, extension: str, *, source: str, seconds: float) -> bytes:
    """Have LibreOffice convert a document to DOCX. Raises LetterError when it cannot."""
    with working_folder() as folder:
        settings = folder / "profile" / "user"
        settings.mkdir(parents=True)
        (settings / "registrymodifications.xcu").write_text(_profile(), encoding="utf-8")
        # The file gets a name of our own: the one it came with is a stranger's.
        (folder / f"letter.{extension}").write_bytes(data)
        done = run_program(
            [
                "soffice",
                f"-env:UserInstallation={(folder / 'profile').as_uri()}",
                "--headless",
                "--norestore",
                "--nolockcheck",
                "--convert-to",
                "docx:MS Word 2007 XML",
                "--outdir",
                str(folder / "out"),
                f"letter.{extension}",
            ],
            source=source,
            seconds=seconds,
            folder=folder,
        )
        made = folder / "out" / "letter.docx"
        if done.returncode != 0 or not made.is_file():
            raise LetterError(source, "LibreOffice cannot open it; ask for it again, or save it as PDF or DOCX")
        return made.read_bytes()
