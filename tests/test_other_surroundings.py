"""Other people's surroundings: their encodings, terminals, proxies, addresses, notebooks and how they start the app."""

import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import cv2
import httpx
import pytest

from evaluation import __main__ as evaluation
from interface.server import surroundings
from interface.server.command_line import parse_flags
from model import labelled_drawings, predict, recogniser, terminal
from model.inference import ModelError
from tests.conftest import free_port

ROOT = Path(__file__).parent.parent
NAME = "sieben – 七 ü ı.png"


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / NAME
    path.write_bytes(cv2.imencode(".png", labelled_drawings.pad(7))[1].tobytes())
    return path


def in_terminal(monkeypatch, encoding: str, command) -> tuple[int, str]:
    """A command's exit code and what a terminal of that encoding gets."""
    kept = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(kept, encoding, write_through=True))
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(io.BytesIO(), encoding))
    return terminal.run(command), kept.getvalue().decode(encoding)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp932", "gbk", "iso8859-9", "utf-8"])
def test_a_terminal_that_lacks_letters_shows_the_others(monkeypatch, picture, encoding):
    code, shown = in_terminal(monkeypatch, encoding, lambda: predict.main([str(picture)]))
    assert code == 0 and "7  sure" in shown
    code, shown = in_terminal(monkeypatch, encoding, lambda: predict.main([str(picture), "--json"]))
    assert code == 0 and json.loads(shown)["file"] == str(picture)


def test_what_is_asked_for_is_written_before_a_terminal_can_fail(monkeypatch, tmp_path, picture):
    folder = tmp_path / "set" / "7"
    folder.mkdir(parents=True)
    shutil.copy(picture, folder)
    words = ["--model", "classic", "--images", str(tmp_path / "set"), "--json", str(tmp_path / "r.json")]

    class Broken(io.RawIOBase):
        def writable(self):
            return True

        def write(self, _):
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BufferedWriter(Broken()), "cp1252", write_through=True))
    assert terminal.run(lambda: evaluation.main(words)) == 1
    assert NAME in str(json.loads((tmp_path / "r.json").read_text("utf-8")))


def in_locale(name: str, tmp_path: Path) -> dict[str, str]:
    """The environment of a machine with that locale, which is compiled here where the system has its sources."""
    made = dict(os.environ, PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", LC_ALL="C")
    made.pop("PYTHONIOENCODING", None)
    if name == "C":
        return made
    language, charset = name.split(".")
    compiler = shutil.which("localedef")
    done = compiler and subprocess.run(
        [compiler, "-c", "-i", language, "-f", charset, str(tmp_path / name)], capture_output=True, check=False
    )
    if not done or not (tmp_path / name).exists():
        pytest.skip(f"no sources of the locale {name} on this machine")
    return made | {"LC_ALL": name, "LOCPATH": str(tmp_path)}


@pytest.mark.parametrize("name", ["C", "zh_CN.GBK", "de_DE.CP1252", "tr_TR.ISO-8859-9"])
def test_in_any_locale_the_card_is_read(tmp_path, picture, name):
    picture = picture.rename(tmp_path / "seven.png")  # a name that every locale can write
    script = (
        "import json, sys\nfrom model import recogniser\nfrom model.pictures import open_picture\n"
        "reader = recogniser.load()\n"
        f"print(json.dumps([reader.calibrated, reader.calibration.temperature, reader.read(open_picture({str(picture)!r})).verdict]))"
    )
    environment = in_locale(name, tmp_path)
    (tmp_path / "script.py").write_text(script, "utf-8")
    command = [sys.executable, "-X", "utf8=0", str(tmp_path / "script.py")]
    done = subprocess.run(
        command, cwd=ROOT, env=environment | {"PYTHONPATH": str(ROOT)}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    assert json.loads(done.stdout) == [True, recogniser.load().calibration.temperature, "sure"]


def test_a_damaged_card_is_an_error_that_names_it(tmp_path):
    shipped = recogniser.load().path
    shutil.copy(shipped, tmp_path / shipped.name)
    whole = shipped.with_name("card.json").read_text("utf-8")
    for damaged in (whole[:200], whole.replace('"temperature"', '"other"'), "[", ""):
        (tmp_path / "card.json").write_text(damaged, "utf-8")
        with pytest.raises(ModelError, match="card.json is damaged"):
            recogniser.load(str(tmp_path / shipped.name))
    (tmp_path / "card.json").write_text('{"about": "something else"}', "utf-8")
    assert not recogniser.load(str(tmp_path / shipped.name)).calibrated


def test_gradios_variables_are_the_defaults(monkeypatch):
    monkeypatch.setenv("GRADIO_SERVER_NAME", "0.0.0.0")
    monkeypatch.setenv("GRADIO_SERVER_PORT", "7999")
    monkeypatch.setenv("GRADIO_ROOT_PATH", "/digits")
    flags = parse_flags([])
    assert (flags.host, flags.port, flags.root_path) == ("0.0.0.0", 7999, "/digits")
    assert parse_flags(["--port", "8001", "--host", "::1"]).port == 8001


@pytest.mark.parametrize("port", ["abc", "0", "70000"])
def test_a_port_that_is_none_is_one_sentence(monkeypatch, port, capsys):
    monkeypatch.setenv("GRADIO_SERVER_PORT", port)
    with pytest.raises(SystemExit):
        surroundings.prepare()
    assert "GRADIO_SERVER_PORT is" in capsys.readouterr().err


@pytest.mark.parametrize("name", surroundings.NUMBERS)
def test_a_variable_that_is_no_number_is_one_sentence(monkeypatch, name, capsys):
    monkeypatch.setenv(name, "many")
    with pytest.raises(SystemExit):
        surroundings.prepare()
    assert f"{name} is 'many'; set it to a number" in capsys.readouterr().err


@pytest.mark.parametrize("given", ["digits", "/digits/", "digits/", " /digits"])
def test_the_path_of_a_proxy_may_be_written_without_its_slash(monkeypatch, given):
    assert parse_flags(["--root-path", given]).root_path == "/digits"
    monkeypatch.setenv("GRADIO_ROOT_PATH", given)
    assert parse_flags([]).root_path == "/digits"
    assert surroundings.rooted("https://example.org/digits/") == "https://example.org/digits"
    assert surroundings.rooted("/") == ""


def test_no_host_is_this_machine():
    assert parse_flags(["--host", ""]).host == "127.0.0.1"


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("all_proxy", "socks5://user:secret@127.0.0.1:9", None),
        ("HTTP_PROXY", "gopher://127.0.0.1:9", None),
        ("http_proxy", " ", None),
        ("https_proxy", "http://127.0.0.1:9", "http://127.0.0.1:9"),
        ("http_proxy", "proxy.example:3128", "proxy.example:3128"),
        ("no_proxy", "[::1], .local,fe80::/10", "::1,.local"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_left_out_and_named(monkeypatch, capsys, name, value, kept):
    for other in (*surroundings.PROXIES, surroundings.NO_PROXY):
        monkeypatch.delenv(other, raising=False)
        monkeypatch.delenv(other.upper(), raising=False)
    monkeypatch.setenv(name, value)
    surroundings.leave_out_unusable_proxies()
    assert os.environ.get(name) == kept
    said = capsys.readouterr().err
    assert (name in said) == (kept is None and bool(value.strip()) or "fe80" in value) and "secret" not in said
    httpx.Client().close()


def test_this_machine_is_reached_without_a_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "intranet.example")
    surroundings.reach_directly("192.0.2.7")
    assert os.environ["no_proxy"] == "intranet.example,localhost,127.0.0.1,::1,192.0.2.7"
    monkeypatch.setenv("no_proxy", "*")
    surroundings.reach_directly("192.0.2.7")
    assert os.environ["no_proxy"] == "*"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:1/"),
        ("0.0.0.0", "http://localhost:1/"),
        ("::1", "http://[::1]:1/"),
        ("[::1]", "http://[::1]:1/"),
    ],
)
def test_addresses_are_written_as_browsers_take_them(host, url):
    assert surroundings.address(host, 1) == url


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


def served(command: list[str], address: str, *more: str, **environment: str) -> list[str]:
    """The page at the address, and what lies at the paths below it, of a process that a command starts; the process is ended."""
    proxied = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "no_proxy": ""}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GRADIO_")}
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=kept | proxied | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # `gradio demo.py` starts a process of its own, which must end too
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        until = time.monotonic() + 240  # a busy machine; it ends with the first answer
        while time.monotonic() < until and process.poll() is None:
            try:
                return [opener.open(address + path, timeout=20).read().decode("utf-8") for path in ("", *more)]
            except OSError:
                time.sleep(0.3)
        pytest.fail(
            f"nothing serves {address}: {process.stdout.read1().decode('utf-8', 'replace') if process.stdout else ''}"
        )
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)
        if process.stdout:
            process.stdout.close()


LAUNCH = (
    "from demo import demo; demo.launch(server_port={port}, prevent_thread_lock=True); import time; time.sleep(600)"
)


def test_behind_a_proxy_and_on_ipv6_it_starts():
    if not has_ipv6():
        pytest.skip("this machine has no IPv6")
    port = free_port()
    [page] = served(
        [sys.executable, "demo.py"], f"http://[::1]:{port}/", GRADIO_SERVER_NAME="::", GRADIO_SERVER_PORT=str(port)
    )
    assert "page/assets/interface/predict/tab.js" in page


def test_demo_launch_serves_the_same_page():
    port = free_port()
    command, constants = [sys.executable, "-c", LAUNCH.format(port=port)], "page/assets/interface/reader/constants.js"
    page, constants = served(command, f"http://127.0.0.1:{port}/", constants)
    assert "page/assets/interface/predict/tab.js" in page and ".predict" in page  # its code, and its styles
    assert "export const models" in constants


def test_gradio_demo_py_serves_the_same_page():
    port = free_port()
    gradio = Path(sys.executable).with_name("gradio")
    [page] = served([str(gradio), "demo.py"], f"http://127.0.0.1:{port}/", GRADIO_SERVER_PORT=str(port))
    assert "page/assets/interface/predict/tab.js" in page
