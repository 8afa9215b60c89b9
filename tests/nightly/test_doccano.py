"""doccano itself imports and exports the whole corpus, and nothing is lost.

Run by hand or nightly, because doccano is installed in an environment of its own:

    python -m venv studio && studio/bin/pip install doccano "marshmallow<4" "numpy<2" "scikit-learn<1.5" "scipy<1.13"
    FOI_NLP_DOCCANO=studio/bin/doccano python -m pytest tests/nightly/test_doccano.py

It takes some two minutes and talks to no other machine.
"""

from __future__ import annotations

import io
import os
import shutil
import signal
import socket
import subprocess
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from foi_nlp.cli import app
from foi_nlp.exchange import annotated, export, read_back
from tests.review_sample import write_run

if TYPE_CHECKING:
    from foi_nlp.records import LetterRecord

COMMAND = os.environ.get("FOI_NLP_DOCCANO") or shutil.which("doccano")
NAME, PASSWORD = "reviewer", "a-long-pass-phrase"
PROJECT = {
    "name": "Letters", "description": "Letters", "guideline": "", "project_type": "SequenceLabeling",
    "resourcetype": "SequenceLabelingProject", "allow_overlapping": True, "grapheme_mode": False, "use_relation": True,
    "random_order": False, "collaborative_annotation": False, "single_class_classification": False,
    "allow_member_to_create_label_type": False, "tags": [],
}  # fmt: skip

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(COMMAND is None, reason="doccano is not installed; FOI_NLP_DOCCANO may name its command"),
]
httpx = pytest.importorskip("httpx2", reason="httpx2 is not installed")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Give a signed-in client of a doccano at work on this machine alone."""
    assert COMMAND is not None
    data = tmp_path_factory.mktemp("doccano")
    python = Path(COMMAND).with_name("python")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    backend = subprocess.run(
        [python, "-c", "import backend; print(backend.__path__[0])"], capture_output=True, text=True, check=True
    ).stdout.strip()
    environment = {
        **os.environ, "DOCCANO_HOME": str(data), "HOME": str(data), "STANDALONE": "True", "PYTHONPATH": backend,
        "DJANGO_SETTINGS_MODULE": "config.settings.production", "DATABASE_URL": f"sqlite:///{data}/db.sqlite3",
        "MEDIA_ROOT": str(data / "media"), "SECRET_KEY": "of this test", "DEBUG": "False",
    }  # fmt: skip
    with (data / "log").open("wb") as log:
        for command in (["init"], ["createuser", "--username", NAME, "--password", PASSWORD]):
            subprocess.run([COMMAND, *command], env=environment, cwd=data, stdout=log, stderr=log, check=True)
        # `doccano webserver` listens to the whole network; its application is served on loopback instead.
        serve = [python, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--chdir", backend, "config.wsgi"]
        running = [
            subprocess.Popen(command, env=environment, cwd=data, stdout=log, stderr=log, start_new_session=True)
            for command in (serve, [COMMAND, "task"])
        ]
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
            _sign_in(client, data / "log")
            yield client
    finally:
        for process in running:
            os.killpg(process.pid, signal.SIGTERM)
        for process in running:
            process.wait(timeout=30)


def _sign_in(client: Any, log: Path) -> None:
    for _ in range(120):
        try:
            if client.post("/v1/auth/login/", json={"username": NAME, "password": PASSWORD}).is_success:
                client.headers["X-CSRFToken"] = client.cookies["csrftoken"]
                return
        except httpx.TransportError:
            pass
        time.sleep(1)
    pytest.fail(f"doccano does not answer: {log.read_text(errors='replace')[-2000:]}")


def ask(client: Any, path: str, **more: Any) -> Any:
    answer = client.post(path, **more)
    assert answer.is_success, answer.text
    return answer.json()


def finished(client: Any, task: str) -> Any:
    """Wait for a task in the background, and give its result."""
    for _ in range(300):
        status = client.get(f"/v1/tasks/status/{task}").json()
        if status["ready"]:
            assert not status["error"], status
            return status["result"]
        time.sleep(1)
    pytest.fail("doccano does not come to an end")


def through_doccano(client: Any, file: Path, folder: Path) -> Path:
    """Import a file into a new project and export it, as the page does with JSONL(Relations)."""
    project = ask(client, "/v1/projects", json=PROJECT)["id"]
    sent = {"filepond": (file.name, file.read_bytes(), "application/json")}
    upload = client.post("/v1/fp/process/", files=sent).text.strip('"')
    task = ask(
        client,
        f"/v1/projects/{project}/upload",
        json={"format": "JSONL", "task": "RelationExtraction", "uploadIds": [upload], "column_data": "text",
              "column_label": "label", "encoding": "utf_8", "delimiter": ""},
    )["task_id"]  # fmt: skip
    assert finished(client, task) == {"error": []}
    task = ask(client, f"/v1/projects/{project}/download", json={"format": "JSONL", "exportApproved": False})["task_id"]
    finished(client, task)
    data = client.get(f"/v1/projects/{project}/download", params={"taskId": task}).content
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        [name] = archive.namelist()
        out = folder / "back.jsonl"
        out.write_bytes(archive.read(name))
    return out


def test_the_corpus_is_imported_exported_and_comes_back_as_it_went(
    client: Any, records: list[LetterRecord], tmp_path: Path
) -> None:
    run = write_run(tmp_path / "run", records)
    export(map(annotated, records), "doccano", tmp_path / "out")
    file = through_doccano(client, tmp_path / "out" / "doccano.jsonl", tmp_path)
    back = list(read_back(file, "doccano"))
    assert [problem.message for _, problems in back for problem in problems] == []
    assert {text.text_sha256: text for text, _ in back} == {r.text_sha256: annotated(r) for r in records}
    said = CliRunner().invoke(app, ["import", str(run), str(file), "--from", "doccano", "--reviewer", "Ada"])
    assert said.exit_code == 0, said.output
    assert "0 decisions" in said.output
