"""Whether a visitor has logged in: `signed_in`."""

from starlette.requests import Request


def signed_in(request: Request) -> bool:
    """Whether this request has the cookie that Gradio's login sets; always true without ``--auth``."""
    app = request.app
    if app.auth is None:
        return True
    cookies = (f"access-token-{app.cookie_id}", f"access-token-unsecure-{app.cookie_id}")
    return any(request.cookies.get(name) in app.tokens for name in cookies)
