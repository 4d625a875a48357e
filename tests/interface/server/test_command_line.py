"""The options of demo.py."""

import pytest

from interface.server.command_line import parse_flags


def test_flags_have_the_documented_defaults():
    flags = parse_flags([])
    assert (flags.host, flags.port, flags.share, flags.auth, flags.model, flags.root_path) == (
        "127.0.0.1",
        None,
        False,
        None,
        [],
        None,
    )
    assert parse_flags(["--auth", "ann:a:b"]).auth == ("ann", "a:b")
    assert parse_flags(["--model", "classic", "mine.tflite"]).model == ["classic", "mine.tflite"]


def test_the_login_can_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("DIGITS_AUTH", "ann:se:cret")
    assert parse_flags([]).auth == ("ann", "se:cret")
    assert parse_flags(["--auth", "bob:x"]).auth == ("bob", "x")


def test_a_wrong_login_in_the_environment_is_one_sentence(monkeypatch, capsys):
    monkeypatch.setenv("DIGITS_AUTH", "secret")
    with pytest.raises(SystemExit):
        parse_flags([])
    assert "USER:PASSWORD" in capsys.readouterr().err
