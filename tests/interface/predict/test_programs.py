"""`read` for programs: by gradio_client, by plain HTTP as with curl, and as an MCP tool. Nothing else is offered."""

import asyncio
import json
import urllib.request
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor

import gradio
import pytest
from playwright.sync_api import expect

from interface.predict import tab
from interface.predict.examples.draw import one
from model.recogniser import load, shipped
from tests.browser import png
from tests.conftest import ROOT, run_async

SEVEN = ROOT / "interface" / "predict" / "examples" / "an-easy-seven.png"


FIELDS = {"text", "verdict", "why", "digits", "other_writing", "note", "error"}


def expect_seven(found: dict) -> None:
    assert set(found) == FIELDS
    assert (found["text"], found["error"]) == ("7", None)
    assert set(found["digits"][0]) == {"digit", "probability", "verdict", "box"}


def test_read_returns_the_command_lines_fields(tmp_path):
    models = {name: load(name) for name in shipped()}

    def read(content: bytes, model: str) -> dict:
        file = tmp_path / "sent"
        file.write_bytes(content)
        return run_async(tab.reader(models), str(file), model)

    found = read(png(one("7")), next(iter(models)))
    assert found["text"] == "7"
    assert set(found) == FIELDS
    assert set(found["digits"][0]) == {"digit", "probability", "verdict", "box"}
    assert read(b"text", next(iter(models)))["verdict"] is None
    with pytest.raises(gradio.Error, match="no such model"):
        read(png(one("7")), "/etc/passwd")


def test_read_with_gradio_client(app):
    from gradio_client import Client, handle_file

    program = Client(app, verbose=False)
    expect_seven(program.predict(image=handle_file(SEVEN), api_name="/read"))
    expect_seven(program.predict(image=handle_file(SEVEN), model="classic", api_name="/read"))
    answer = program.predict(image=handle_file(ROOT / "demo.py"), api_name="/read")
    assert answer["verdict"] is None and answer["error"].startswith("This is not a picture")


def test_read_can_be_called_as_documented(app, tmp_path):
    from gradio_client import Client, handle_file

    file = tmp_path / "seven.png"
    file.write_bytes(png(one("7")))
    programs = Client(app, verbose=False)
    assert list(programs.view_api(return_format="dict")["named_endpoints"]) == ["/read"]
    assert programs.predict(image=handle_file(file), api_name="/read")["text"] == "7"


def post(address: str, body: bytes, kind: str) -> dict | list:
    with urllib.request.urlopen(urllib.request.Request(address, body, {"Content-Type": kind})) as answer:
        return json.load(answer)


def test_read_with_plain_http_in_three_steps_as_with_curl(app):
    # curl -F files=@seven.png APP/gradio_api/upload
    edge = "edge"
    head = f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="seven.png"\r\n\r\n'.encode()
    body = head + SEVEN.read_bytes() + f"\r\n--{edge}--\r\n".encode()
    [path] = post(f"{app}/gradio_api/upload", body, f"multipart/form-data; boundary={edge}")
    # curl -d '{"data": [{"path": …}, "cnn"]}' APP/gradio_api/call/read, then curl APP/gradio_api/call/read/EVENT
    asked = {"data": [{"path": path, "meta": {"_type": "gradio.FileData"}}, "cnn"]}
    event = post(f"{app}/gradio_api/call/read", json.dumps(asked).encode(), "application/json")["event_id"]
    with urllib.request.urlopen(f"{app}/gradio_api/call/read/{event}") as stream:
        answer = stream.read().decode()
    expect_seven(json.loads(answer.split("event: complete\ndata: ")[1])[0])


def ask_mcp(app: str, *calls: dict):
    """(the tools, the results of ``calls`` of `read`), by the protocol's own client."""
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def ask():
        async with (
            streamable_http_client(f"{app}/gradio_api/mcp/") as (reads, writes, _),
            ClientSession(reads, writes) as mcp,
        ):
            await mcp.initialize()
            return (await mcp.list_tools()).tools, [await mcp.call_tool("read", call) for call in calls]

    with ThreadPoolExecutor(1) as thread:  # the browser tests' Playwright keeps an event loop in this one
        return thread.submit(asyncio.run, ask()).result()


def test_read_as_an_mcp_tool_with_documented_parameters(app):
    picture = f"data:image/png;base64,{b64encode(SEVEN.read_bytes()).decode()}"
    [tool], [found, other] = ask_mcp(app, {"image": picture}, {"image": picture, "model": "classic"})
    assert tool.name == "read"
    assert "handwritten digits" in tool.description and "probability 0-1" in tool.description
    asked = tool.inputSchema["properties"]
    assert set(asked) == {"image", "model"} and tool.inputSchema["required"] == ["image"]
    assert "20 MB" in asked["image"]["description"]
    assert asked["model"]["enum"][0] == asked["model"]["default"]
    for result in (found, other):
        assert not result.isError
        expect_seven(json.loads(result.content[0].text))


@pytest.mark.parametrize(
    "image", ["/etc/passwd", "file:///etc/passwd", "http://127.0.0.1/x.png", "https://example.com/x.png", 7, None]
)
def test_an_mcp_client_cannot_reach_into_the_machine_or_its_network(app, image):
    _, [result] = ask_mcp(app, {"image": image})
    assert result.isError
    assert "root:" not in str(result)


def test_the_api_page_shows_read_and_nothing_else(new_page):
    page = new_page()
    new_page.expected.append("status of 404")  # Gradio's page asks for /monitoring
    page.get_by_role("button", name="Use via API").click()
    docs = page.locator(".api-docs")
    expect(docs).to_contain_text("1 MCP Tool")
    docs.get_by_text("Python", exact=True).click()
    expect(docs).to_contain_text("1 API endpoint")
    expect(docs).to_contain_text("image=handle_file('seven.png')")
    expect(docs).to_contain_text("Accepts 2 parameters")


def test_the_api_is_one_endpoint_with_a_description(app):
    with urllib.request.urlopen(f"{app}/gradio_api/info") as answer:
        info = json.load(answer)
    assert info["unnamed_endpoints"] == {}
    assert list(info["named_endpoints"]) == ["/read"]
    endpoint = info["named_endpoints"]["/read"]
    assert "handwritten digits" in endpoint["description"]
    assert [one["parameter_name"] for one in endpoint["parameters"]] == ["image", "model"]
