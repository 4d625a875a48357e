"""What a stranger may try, each test an attack that has to fail. The app is the real one wherever an attack needs it."""

import http.client
import io
import json
import socket
import threading
import zipfile
from urllib.parse import urlsplit

import anyio
import gradio
import pytest
from playwright.sync_api import expect
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from evaluation.picture_archive import Archive
from interface.evaluate.uploaded_test_sets import OwnSets
from interface.predict import tab
from interface.server.headers import security_headers
from interface.server.limits import LIMITS
from interface.server.middleware import Policy, RequestFilter
from model.pictures import PictureError
from tests.conftest import ROOT, aside

SEVEN = (ROOT / "interface" / "predict" / "examples" / "an-easy-seven.png").read_bytes()
SECRETS = ("root:", "import ", "Traceback", "site-packages", str(ROOT))


def ask(app: str, method: str, path: str, body: bytes | None = None, **sent: str):
    """(status, body, headers) of a request exactly as written: no client tidies up its path."""
    target = urlsplit(app)
    connection = http.client.HTTPConnection(target.hostname, target.port, timeout=30)
    try:
        connection.putrequest(method, path, skip_host="Host" in sent, skip_accept_encoding=True)
        for name, value in (sent if body is None else {"Content-Length": str(len(body)), **sent}).items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace"), answer.headers
    finally:
        connection.close()


def post(app: str, path: str, asked, **sent: str):
    return ask(app, "POST", path, json.dumps(asked).encode(), **{"Content-Type": "application/json"}, **sent)


def multipart(*names: str, content: bytes = SEVEN) -> tuple[bytes, str]:
    parts = [
        f'--edge\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()
        + content
        + b"\r\n"
        for name in names
    ]
    return b"".join(parts) + b"--edge--\r\n", "multipart/form-data; boundary=edge"


@pytest.fixture(scope="session")
def locked(start_app) -> str:
    """The app behind a login."""
    return start_app("--auth", "ann:secret", "--metrics")


# ---- files of the machine ----


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
    status, said, _ = ask(app, "GET", route + file)
    assert status in (400, 403, 404) or (status == 200 and "<!doctype html>" in said.lower()[:40])
    assert not any(inside in said for inside in ("root:x:", "def main(", "GRADIO_TEMP_DIR="))


def test_a_picture_that_somebody_uploaded_is_given_to_nobody(app):
    body, kind = multipart("seven.png")
    status, said, _ = ask(app, "POST", "/gradio_api/upload", body, Content_Type=kind)
    [path] = json.loads(said)
    assert status == 200
    for way in (f"/gradio_api/file={path}", f"/file={path}", f"/gradio_api/file/{path}", f"/gradio_api/stream/{path}"):
        assert ask(app, "GET", way)[0] == 404


def test_an_uploads_name_leads_nowhere(app):
    for name in ("../../evil.png", "/etc/evil.png", "..\\..\\evil.png", "a" * 5000, "\x01.png"):
        body, kind = multipart(name)
        status, said, _ = ask(app, "POST", "/gradio_api/upload", body, Content_Type=kind)
        assert status in (200, 400, 413)
        if status == 200:
            [path] = json.loads(said)
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


# ---- other machines ----


def test_the_server_fetches_no_address_for_anybody(app):
    knocks = []
    with socket.create_server(("127.0.0.1", 0)) as trap:
        threading.Thread(target=lambda: knocks.append(trap.accept()), daemon=True).start()
        address = f"http://127.0.0.1:{trap.getsockname()[1]}/x.png"
        for way in (f"/gradio_api/file={address}", f"/gradio_api/proxy={address}", f"/file={address}"):
            assert ask(app, "GET", way)[0] == 404
        asked = {"data": [{"path": address, "url": address, "meta": {"_type": "gradio.FileData"}}, "cnn"]}
        _, said, _ = post(app, "/gradio_api/call/read", asked)
        _, stream, _ = ask(app, "GET", f"/gradio_api/call/read/{json.loads(said)['event_id']}")
        assert "event: error" in stream
    assert knocks == []


def test_read_takes_no_address_even_of_the_public_network():
    async def never(_):
        raise AssertionError("it was fetched")

    with pytest.raises(gradio.Error, match="itself, not its address"):
        aside(tab.without_addresses(never), "https://example.com/seven.png")


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
    status, said, _ = post(app, "/gradio_api/call/read", asked)
    if status == 200:
        _, said, _ = ask(app, "GET", f"/gradio_api/call/read/{json.loads(said)['event_id']}")
        assert "event: error" in said or "not a picture" in said
    assert not any(secret in said for secret in SECRETS)


# ---- Gradio's events ----


@pytest.fixture(scope="session")
def events(app) -> list[dict]:
    return json.loads(ask(app, "GET", "/config")[1])["dependencies"]


@pytest.mark.parametrize("number", [-1, 999, 10**40, "0", True, None, 1.0, [0], {}])
def test_an_event_that_does_not_exist_is_not_found(app, number):
    asked = {"data": [None], "fn_index": number, "session_hash": "attacker"}
    for route in ("/gradio_api/queue/join", "/gradio_api/run/predict"):
        assert post(app, route, asked)[0] == 404


@pytest.mark.parametrize("name", ["run", "choose", "fetch", "take", "subjects", "predict", "lambda"])
def test_hidden_events_cannot_be_called_by_name(app, name):
    for route in ("call", "call/v2", "api"):
        assert post(app, f"/gradio_api/{route}/{name}", {"data": [None]})[0] == 404
    assert post(app, f"/gradio_api/run/{name}", {"data": [None]})[0] == 404


def test_what_stands_in_the_queue_cannot_be_called_past_it(app, events):
    for event in events:
        if event["queue"]:
            asked = {"data": [None], "fn_index": event["id"], "session_hash": "attacker"}
            assert post(app, "/gradio_api/run/predict", asked)[0] == 404


HOSTILE = [
    None,
    {"model": "../../etc/passwd"},
    {"model": {"$ne": 1}, "own": ["x"]},
    {"true": -5, "predicted": 1e99, "page": 10**12, "sort": "__class__", "kind": "<script>"},
    {"own": "x" * 5000, "n": True, "other": "run ../../../../etc/passwd", "run": 1},
    "text",
    [[[[]]]],
]


@pytest.mark.parametrize("sent", HOSTILE)
def test_no_event_trips_over_what_a_page_would_never_send(app, events, sent):
    for event in events:
        if not event["queue"]:
            for data in ([None], [], ["x"], [{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}, "cnn"]):
                asked = {"data": data, "fn_index": event["id"], "session_hash": "attacker1", "event_data": sent}
                _, said, _ = post(app, "/gradio_api/run/predict", asked)
                assert not any(secret in said for secret in SECRETS)
    assert ask(app, "GET", "/healthz")[0] == 200


@pytest.mark.parametrize(
    "name", ["__init__", "preprocess", "get_config", "as_example", "take.__globals__", "_is_server_fn"]
)
def test_only_the_one_server_function_can_be_called(app, name):
    layout = json.loads(ask(app, "GET", "/config")[1])["components"]
    for component in layout:
        asked = {"data": {}, "component_id": component["id"], "session_hash": "attacker2", "fn_name": name}
        assert post(app, "/gradio_api/component_server", asked)[0] in (404, 429)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b"\xff", b"[" * 60_000, b'{"fn_index":' + b"9" * 5000 + b"}"]
)
def test_a_request_that_is_no_event_is_refused_in_a_sentence(app, body):
    status, said, _ = ask(app, "POST", "/gradio_api/run/predict", body, Content_Type="application/json")
    assert status in (400, 404)
    assert json.loads(said)["error"].endswith(".")


def test_the_map_of_the_api_is_closed(app):
    for path in (
        "/openapi.json",
        "/gradio_api/openapi.json",
        "/docs",
        "/redoc",
        "/monitoring",
        "/gradio_api/runs",
        "/metrics",
    ):
        assert ask(app, "GET", path)[0] == 404


# ---- too much ----


def test_a_click_is_small(app):
    asked = {"data": ["x" * LIMITS.event_bytes], "fn_index": 0, "session_hash": "attacker"}
    status, said, _ = post(app, "/gradio_api/queue/join", asked)
    assert status == 413 and "64 kB" in said


def test_one_upload_is_one_file(app):
    body, kind = multipart("a.png", "b.png", "c.png")
    status, said, _ = ask(app, "POST", "/gradio_api/upload", body, Content_Type=kind)
    assert status == 413 and json.loads(said)["error"] == "Send one file at a time."


def test_an_mcp_message_is_bounded(app):
    status, said, _ = ask(
        app, "POST", "/gradio_api/mcp/", bytes(LIMITS.mcp_message_bytes + 1), Content_Type="application/json"
    )
    assert status == 413 and "4 MB" in said


@pytest.mark.parametrize(
    "kind",
    ["multipart/form-data; boundary=x; boundary=edge", "multipart/form-data", "multipart/form-data; boundary*=edge"],
)
def test_files_cannot_be_hidden_from_the_count(app, kind):
    body, _ = multipart(*[f"{n}.png" for n in range(50)], content=b"x")
    assert ask(app, "POST", "/gradio_api/upload", body, Content_Type=kind)[0] == 400


def test_who_asks_too_often_is_told_to_wait_and_others_are_not(app):
    asked = {"data": [None], "fn_index": 0, "session_hash": "attacker3", "event_id": "x"}
    answers = [post(app, "/gradio_api/cancel", asked) for _ in range(LIMITS.clicks.per_visitor + 1)]
    assert [status for status, _, _ in answers[:-1]].count(429) == 0
    status, said, sent = answers[-1]
    assert status == 429 and "please wait" in said and 1 <= int(sent["Retry-After"]) <= 60
    assert post(app, "/gradio_api/cancel", asked | {"session_hash": "visitor"})[0] == 200


def test_drawings_are_never_refused(app):
    for _ in range(LIMITS.pictures.per_visitor + 10):
        assert ask(app, "POST", "/page/read?pad=artist", b"")[0] == 200


# ---- the door alone: what needs no model behind it ----


def filtered(auth=None, **policy) -> Starlette:
    async def endpoint(request):
        await request.body()
        return PlainTextResponse(f"{request.client.host} {request.url.scheme}")

    paths = ("/", "/page/read", "/login")
    app = Starlette(routes=[Route(path, endpoint, methods=["GET", "POST"]) for path in paths])
    app.auth = auth
    every = {"headers": security_headers(), "event_rate": lambda number: LIMITS.clicks, **policy}
    app.middleware_stack = RequestFilter(app.build_middleware_stack(), Policy(**every))
    return app


def client(guard: Starlette, peer: str = "203.0.113.9") -> TestClient:
    return TestClient(guard, base_url="http://digits.example", client=(peer, 1234))


BIG = b"x" * (LIMITS.drawing_bytes + 1)


def test_a_forged_forwarded_header_makes_nobody_another_visitor():
    web = client(filtered())
    for n in range(LIMITS.pictures.per_visitor):
        assert web.post("/page/read", content=BIG, headers={"X-Forwarded-For": f"10.0.0.{n}"}).status_code == 200
    refused = web.post("/page/read", content=BIG, headers={"X-Forwarded-For": "10.9.9.9", "Forwarded": "for=10.9.9.8"})
    assert refused.status_code == 429


def test_a_program_on_this_machine_is_no_proxy_unless_it_was_named():
    sent = {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"}
    assert client(filtered(), "127.0.0.1").get("/", headers=sent).text == "127.0.0.1 http"
    assert (
        client(filtered(trusted_proxies="127.0.0.1"), "127.0.0.1").get("/", headers=sent).text == "198.51.100.7 https"
    )
    assert client(filtered(trusted_proxies="127.0.0.1"), "192.0.2.1").get("/", headers=sent).text == "192.0.2.1 http"


def test_new_pages_do_not_get_round_the_bound_for_everybody():
    web = client(filtered())
    answers = [
        web.post(f"/page/read?pad=page{n}", content=BIG).status_code for n in range(LIMITS.pictures.for_everyone + 1)
    ]
    assert answers[:-1].count(200) == LIMITS.pictures.for_everyone and answers[-1] == 429


def test_passwords_cannot_be_guessed_by_trying():
    web = client(filtered(auth={"ann": "secret"}))
    answers = [web.post("/login", data={"username": "ann", "password": str(n)}).status_code for n in range(40)]
    assert answers[-1] == 429 and answers.count(200) == LIMITS.logins.per_visitor


def test_a_body_that_never_ends_and_one_that_never_comes_are_given_up(monkeypatch):
    monkeypatch.setattr("interface.server.request_body.LIMITS", type(LIMITS)(arrival_grace=0.2))
    said = []

    async def drip() -> dict:
        await anyio.sleep_forever()

    async def send(message) -> None:
        said.append(message)

    scope = {"type": "http", "method": "POST", "path": "/page/read", "query_string": b"", "scheme": "http"}
    scope |= {"headers": [(b"host", b"digits.example"), (b"content-length", b"10")], "client": ("203.0.113.9", 1)}
    aside(filtered(), scope, drip, send)
    assert said[0]["status"] == 408 and b"too long to arrive" in said[1]["body"]

    too_much = (b"x" * 2**20 for _ in range(LIMITS.picture_bytes // 2**20 + 2))
    assert client(filtered()).post("/page/read", content=too_much).status_code == 413


def test_invented_methods_do_not_fill_the_metrics():
    seen = []
    web = client(filtered(observer=lambda *request: seen.append(request[:3])))
    for n in range(5):
        web.request(f"INVENTED{n}", "/")
    web.request("PATCH", "/page/read")
    assert set(seen) == {("other", "other", 404), ("PATCH", "other", 404)}


# ---- other sites' pages ----


@pytest.mark.parametrize(
    "sent",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://digits.example.evil.example"},
        {"Origin": "http://digits.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example", "X-Forwarded-Host": "evil.example"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_sites_page_can_send_nothing(sent):
    assert client(filtered()).post("/page/read", content=b"x", headers=sent).status_code == 403


def test_this_page_and_programs_can_send():
    for sent in ({"Origin": "http://digits.example"}, {"Sec-Fetch-Site": "same-origin"}, {}):
        assert client(filtered()).post("/page/read", content=b"x", headers=sent).status_code == 200


def test_another_sites_page_can_read_nothing(app):
    for path in ("/config", "/gradio_api/info", "/page/examples"):
        _, _, said = ask(app, "GET", path, Origin="https://evil.example")
        assert not [name for name in said if name.lower().startswith("access-control")]
    status, _, said = ask(
        app, "OPTIONS", "/gradio_api/run/predict", Origin="https://evil.example", Access_Control_Request_Method="POST"
    )
    assert status in (403, 404) and not [name for name in said if name.lower().startswith("access-control")]


@pytest.mark.parametrize("host", ['x"><script>alert(1)</script>', "a b", "", "evil.example/..", "a,b"])
def test_a_host_that_is_no_host_is_refused(app, host):
    status, said, _ = ask(app, "GET", "/", Host=host)
    assert status == 400 and "<script" not in said


def test_every_answer_carries_the_headers(app):
    for method, path in (
        ("GET", "/"),
        ("GET", "/nothing"),
        ("GET", "/page/assets/interface/predict/live_answer.js"),
        ("PUT", "/"),
        ("POST", "/page/read"),
    ):
        _, _, said = ask(app, method, path, b"" if method == "POST" else None)
        assert said["X-Content-Type-Options"] == "nosniff"
        assert said["X-Frame-Options"] == "SAMEORIGIN"
        assert said["Referrer-Policy"] == "same-origin"
        policy = dict(one.strip().split(" ", 1) for one in said["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == policy["frame-ancestors"] == "'self'" and policy["object-src"] == "'none'"
        assert "http" not in said["Content-Security-Policy"]


# ---- without the login ----


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/page/read"),
        ("POST", "/page/image"),
        ("POST", "/page/why"),
        ("POST", "/page/nearest"),
        ("POST", "/page/testset"),
        ("GET", "/page/share"),
        ("GET", "/page/examples"),
        ("GET", "/page/assets/interface/predict/live_answer.js"),
        ("GET", "/metrics"),
        ("GET", "/config"),
        ("GET", "/gradio_api/info"),
        ("GET", "/gradio_api/heartbeat/x"),
        ("GET", "/gradio_api/queue/data?session_hash=x"),
        ("GET", "/gradio_api/call/read/x"),
        ("GET", "/gradio_api/mcp/schema"),
        ("POST", "/gradio_api/mcp/"),
        ("POST", "/gradio_api/upload"),
        ("POST", "/gradio_api/queue/join"),
        ("POST", "/gradio_api/run/predict"),
        ("POST", "/gradio_api/call/read"),
        ("POST", "/gradio_api/call/v2/read"),
        ("POST", "/gradio_api/component_server"),
        ("POST", "/gradio_api/cancel"),
    ],
)
def test_without_the_login_nothing_answers(locked, method, path):
    sent = {"Cookie": "access-token-x=1; access-token-unsecure-x=1"}
    assert ask(locked, method, path, b"{}" if method == "POST" else None, **sent)[0] == 401


def test_without_the_login_the_first_page_tells_nothing(locked):
    status, said, _ = ask(locked, "GET", "/")
    assert status == 200 and "read_file" not in said
    assert "confusion" not in said.partition("window.gradio_config")[2].partition("</script>")[0]
    assert ask(locked, "GET", "/healthz")[0] == 200  # for a container's health check; it says ok and no more


# ---- script in names, formulas in tables ----

EVIL = "<img src=x onerror=window.pwned=1>"


def pictures(tmp_path, *names):
    files = []
    for name in names:
        files.append(tmp_path / name)
        files[-1].write_bytes(SEVEN)
    return files


def test_a_file_name_is_never_html_and_never_a_formula(page, tmp_path):
    files = pictures(tmp_path, f"{EVIL}.png", "=HYPERLINK(1).png", "@SUM(1).png")
    page.locator("[data-testid=upload] input").set_input_files(files)
    expect(page.get_by_test_id("batch-title")).to_have_text("3 pictures")
    with page.expect_download() as download:
        page.get_by_test_id("download-csv").click()
    rows = download.value.path().read_text("utf-8-sig").splitlines()[1:]
    assert [row[:3] for row in rows] == ['"<i', "\"'=", "\"'@"]
    assert page.evaluate("window.pwned") is None and page.locator("img[src=x]").count() == 0


def test_the_names_in_a_test_set_are_never_html(new_page, tmp_path):
    packed = tmp_path / f"{EVIL}.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"7/{EVIL}.png", SEVEN)
        archive.writestr(f"7/{EVIL}2.png", b"no picture")
    page = new_page()
    page.get_by_role("tab", name="Evaluate").click()
    expect(page.get_by_test_id("confusion-matrix")).to_be_visible()
    page.get_by_test_id("own").locator("summary").click()
    page.locator("[data-own=zip]").set_input_files(packed)
    expect(page.locator(".evaluation-tab")).to_contain_text("onerror", timeout=40_000)
    for name in ("Images", "History", "Per class"):
        page.locator(".ev-subjects").get_by_role("tab", name=name).click()
        page.wait_for_timeout(300)
    assert page.evaluate("window.pwned") is None and page.locator("img[src=x]").count() == 0


# ---- what belongs to somebody else ----


def test_a_test_set_has_a_name_that_nobody_guesses_and_no_list(app, events):
    sets = OwnSets()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("7/a.png", SEVEN)
    secrets = {sets.add("mine", packed.getvalue())[0] for _ in range(4)}
    assert len(secrets) == 4 and all(len(secret) >= 22 for secret in secrets)
    assert sets.get("") is None and sets.get(None) is None and sets.get(["x"]) is None
    assert not any(secret in ask(app, "GET", path)[1] for path in ("/config", "/") for secret in secrets)
