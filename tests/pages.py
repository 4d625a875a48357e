"""Pages in a real browser: opened, watched for what they log as an error, and used again by the tests that come after (`Opener`).

A page that is opened anew in a process that has shown it before takes half the time of one in a new process.
"""

from urllib.parse import urljoin

from playwright.sync_api import Browser, Error, Page

from tests.browser import PHONE

# What a page that is open can be given as well as a new one, as a context has it where a test asks for nothing else.
MEDIA = {"color_scheme": "light", "forced_colors": "none", "reduced_motion": "no-preference"}
BLANK = '<link rel="icon" href="data:,">'  # or the browser asks for one, and logs that there is none
DESKTOP = {"viewport": {"width": 1280, "height": 860}, **MEDIA}


class Tab:
    """A page in a context of its own. errors: what it has logged as one, and the addresses of other hosts that it has asked."""

    def __init__(self, browser: Browser, address: str, options: dict):
        self.address = address
        self.errors: list[str] = []
        self.context = browser.new_context(**options)
        self.context.on("request", lambda request: note_other_host(request.url, address, self.errors))
        self.page = page = self.context.new_page()
        page.set_default_timeout(20_000)  # a busy machine; every assertion retries until then
        page.set_default_navigation_timeout(120_000)
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def look(self, options: dict) -> None:
        """Size and media that a context would be opened with."""
        self.page.set_viewport_size(options["viewport"])
        self.page.emulate_media(**{name: options[name] for name in MEDIA})

    def empty(self) -> bool:
        """Make it as it was when new, but for its process and its cache; False if that cannot be done."""
        page = self.page
        try:
            for other in self.context.pages:
                if other is not page:
                    other.close()
            page.unroute_all(behavior="ignoreErrors")
            self.context.unroute_all(behavior="ignoreErrors")
            # a page of the same host, which therefore is shown by the same process; outside the scope of any service worker
            blank = urljoin(self.address, "/blank")
            page.route(blank, lambda route: route.fulfill(content_type="text/html", body=BLANK))
            page.goto(blank, timeout=10_000)
            page.unroute_all()
            page.evaluate("sessionStorage.clear(); localStorage.clear()")
            self.context.clear_cookies()
            page.mouse.up()
            page.mouse.move(0, 0)
        except Error:
            return False
        self.errors = []
        return True


_left: dict[tuple[Browser, str, str], Tab] = {}  # tabs that a test has left, one of each kind


def kept_for(options: dict) -> dict:
    """Those of a context's options for which a page must be opened anew, in the order of their names."""
    return {name: value for name, value in sorted(options.items()) if value and name not in DESKTOP}


# Those of most tests; what others have opened is closed after them.
USED_AGAIN = [repr(kept_for(options)) for options in ({}, PHONE, {"service_workers": "block"})]


class Opener:
    """opener(path, **context options) opens a page of `address`; ready: what shows that it is; first_visit: nobody has used its browser
    context before. `close` fails if anything was logged as an error that is not in `expected`, or if a request has left the address.

    Whoever adds an init script to a page, which cannot be taken away again, opens it with first_visit."""

    def __init__(self, browser: Browser, address: str):
        self.browser, self.address = browser, address
        self.tabs: list[tuple[tuple, Tab]] = []  # with the kind of each
        self.expected: list[
            str
        ] = []  # words of the browser's own lines about what a test provokes, such as an answer of 4xx

    def __call__(
        self, path: str = "", address: str = "", ready: str = ".predict.ready", first_visit: bool = False, **options
    ) -> Page:
        address, options = address or self.address, DESKTOP | options
        kind = (self.browser, address, repr(kept_for(options)))
        tab = None if first_visit else _left.pop(kind, None)
        if tab:
            tab.look(options)
        else:
            tab = Tab(self.browser, address, options)
        self.tabs.append((kind, tab))
        tab.page.goto(address + path)
        tab.page.locator(ready).wait_for()
        return tab.page

    def close(self) -> None:
        """Leave every page."""
        errors = [line for _, tab in self.tabs for line in tab.errors]
        for kind, tab in self.tabs:
            if kind[2] in USED_AGAIN and kind not in _left and tab.empty():
                _left[kind] = tab
            else:
                tab.context.close()
        expect_only(self.expected, errors)


def expect_only(expected: list[str], errors: list[str]) -> None:
    """Every line that was logged as an error holds one of the expected words; called when all of them have come."""
    assert [line for line in errors if not any(words in line for words in expected)] == []


def note_other_host(url: str, home: str, errors: list[str]) -> None:
    """Keep that a page of ``home`` asked another host; the browser finds none."""
    if not url.startswith((home, "data:", "blob:")):
        errors.append(f"request to {url}")
