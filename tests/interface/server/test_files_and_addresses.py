"""No request reads a file of the machine or has the server fetch an address; each test is an attack that has to fail."""

import io
import json
import socket
import threading
import zipfile

import gradio
import pytest

from evaluation.picture_archive import Archive
from interface.predict import tab
from model.pictures import PictureError
from tests.conftest import ROOT, run_async
from tests.interface.server.requests import SECRETS, SEVEN, ask, multipart, post


@pytest.mark.parametrize("file", ["/etc/passwd", str(ROOT / "demo.py"), "demo.py", "../demo.py", "/proc/self/environ"])
@pytest.mark.parametrize(
    "route",
    [
        "/file=",
        "/file/",
        "/gradio_api/file=",
        "/gradio_api/file/",
        "/gradio_api/proxy=file://",
        "/gradio_api/custom_component/x/client/",
        "/page/assets/",
        "/page/assets/../../",
        "/page/assets/%2e%2e/%2e%2e/",
        "/page/assets/..%2f..%2f",
        "/page/assets/%252e%252e%252f",
        "/page/examples/..\\..\\",
        "/page/engine/../../",
        "/assets/../",
        "/assets/..%2f..%2f..%2f..%2f..%2f..%2f..",
        "/static/../../../..",
        "/svelte/",
        "/?deep_link=../",
        "//",
        "/..",
        "/gradio_api/../",
    ],
)
def test_no_path_reads_a_file_of_the_machine(app, route, file):
    status, text, _ = ask(app, "GET", route + file)
    assert status in (400, 403, 404) or (status == 200 and "<!doctype html>" in text.lower()[:40])
    assert not any(inside in text for inside in ("root:x:", "def main(", "GRADIO_TEMP_DIR="))


def test_nobody_can_download_an_uploaded_picture(app):
    body, kind = multipart("seven.png")
    status, text, _ = ask(app, "POST", "/gradio_api/upload", body, Content_Type=kind)
    [path] = json.loads(text)
    assert status == 200
    for route in (
        f"/gradio_api/file={path}",
        f"/file={path}",
        f"/gradio_api/file/{path}",
        f"/gradio_api/stream/{path}",
    ):
        assert ask(app, "GET", route)[0] == 404


def test_an_uploads_name_cannot_leave_the_folder_of_uploads(app):
    for name in ("../../evil.png", "/etc/evil.png", "..\\..\\evil.png", "a" * 5000, "\x01.png"):
        body, kind = multipart(name)
        status, text, _ = ask(app, "POST", "/gradio_api/upload", body, Content_Type=kind)
        assert status in (200, 400, 413)
        if status == 200:
            [path] = json.loads(text)
            assert "digits-" in path and "/../" not in path and path.count("/") == 4 and len(path) < 400


def test_a_zip_writes_no_file_and_follows_no_link(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("../7/evil.png", "/7/evil.png", "7/../../evil.png", "..\\7\\evil.png"):
            archive.writestr(name, SEVEN)
        link = zipfile.ZipInfo("7/link.png")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("7/good.png", SEVEN)
    contents = {}
    for file in Archive(packed.getvalue()).files:
        try:
            contents[file.name] = file.content()
        except PictureError:
            contents[file.name] = None
    assert contents["7/good.png"] == SEVEN
    assert contents["7/link.png"] == b"/etc/passwd"  # what the link holds, never what it points at
    assert all(content is None for name, content in contents.items() if "evil" in name)
    assert list(tmp_path.iterdir()) == []


FILES = [
    {"path": "/etc/passwd"},
    {"path": "/etc/passwd", "is_stream": True},
    {"path": "/etc/passwd", "url": "/gradio_api/file=/etc/passwd"},
    {"path": str(ROOT / "demo.py"), "orig_name": "seven.png"},
    {"path": "/tmp/../etc/passwd"},
    {"path": "file:///etc/passwd"},
    {"path": "\x00"},
    {"path": ["/etc/passwd"]},
    {"path": {"path": "/etc/passwd"}},
]


@pytest.mark.parametrize("file", FILES)
def test_a_program_reads_its_own_upload_and_no_other_file(app, file):
    asked = {"data": [file | {"meta": {"_type": "gradio.FileData"}}, "cnn"], "session_hash": "reader"}
    status, text, _ = post(app, "/gradio_api/call/read", asked)
    if status == 200:
        _, text, _ = ask(app, "GET", f"/gradio_api/call/read/{json.loads(text)['event_id']}")
        assert "event: error" in text or "not a picture" in text
    assert not any(secret in text for secret in SECRETS)


def test_a_program_cannot_read_a_file_with_an_event_past_the_queue(app):
    asked = {"data": [{"path": "/etc/hostname", "meta": {"_type": "gradio.FileData"}}, "classic"]}
    assert post(app, "/gradio_api/run/read", asked)[0] >= 400


def test_the_server_fetches_no_address_for_anybody(app):
    connections = []
    with socket.create_server(("127.0.0.1", 0)) as trap:
        threading.Thread(target=lambda: connections.append(trap.accept()), daemon=True).start()
        address = f"http://127.0.0.1:{trap.getsockname()[1]}/x.png"
        for route in (f"/gradio_api/file={address}", f"/gradio_api/proxy={address}", f"/file={address}"):
            assert ask(app, "GET", route)[0] == 404
        asked = {"data": [{"path": address, "url": address, "meta": {"_type": "gradio.FileData"}}, "cnn"]}
        _, text, _ = post(app, "/gradio_api/call/read", asked)
        _, stream, _ = ask(app, "GET", f"/gradio_api/call/read/{json.loads(text)['event_id']}")
        assert "event: error" in stream
    assert connections == []


def test_read_refuses_the_address_of_a_public_site():
    async def never(_):
        raise AssertionError("it was fetched")

    with pytest.raises(gradio.Error, match="itself, not its address"):
        run_async(tab.without_addresses(never), "https://example.com/seven.png")
