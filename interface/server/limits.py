"""Every limit of the app in one place, with its unit and its reason: `LIMITS`. Who counts: rate_limits.py, request_body.py, middleware.py."""

from dataclasses import dataclass, fields

from evaluation.picture_archive import MOST_MEMBERS, MOST_PACKED
from model.pictures import MAX_BYTES, MAX_PIXELS

MB = 2**20


@dataclass(frozen=True)
class Rate:
    """How many requests of one kind are served a minute."""

    per_visitor: int
    for_everyone: int  # all visitors together
    name: str  # plural, as the sentence of a refusal has it


@dataclass(frozen=True)
class Limits:
    """Sizes are in bytes and times in seconds, unless a line says otherwise."""

    # one picture
    picture_bytes: int = MAX_BYTES  # 20 MB; the file of one picture
    picture_pixels: int = MAX_PIXELS  # 64 megapixels, checked in the header before decoding (model/pictures.py)
    drawing_bytes: int = 200_000  # a pad's PNG has 2–20 kB; what is larger is a picture, counted and read one at a time
    pictures_in_memory: int = 8  # over `drawing_bytes`, at once: 160 MB; the others' requests wait in the network
    memory_wait: int = 60  # a picture waits so long for a place in memory: a class's photos take half a minute

    # requests by programs
    files_per_upload: int = 1  # in one request to Gradio's upload: `read` takes one
    upload_folder_bytes: int = 512 * MB  # of programs' uploads on disk at once; swept within a day (uploads.py)
    upload_folder_files: int = 5_000  # on disk at once: bytes alone would let millions of empty files in
    mcp_message_bytes: int = 4 * MB  # as the protocol's own library takes it: a picture of 3 MB as base64
    program_pictures_at_once: int = (
        2  # over `drawing_bytes`, arriving; the folder above counts them when they are whole
    )

    # all other requests
    event_bytes: int = 64_000  # an event of the page, a choice or a click, has about 1 kB
    arrival_grace: float = 10  # for a request to arrive, and then a second more for each `arrival_pace` bytes of it
    arrival_pace: int = 64_000  # bytes a second, half a megabit: who sends slower holds a place that others wait for
    requests_at_once: int = 1000  # 200 visitors with three requests each, and as many again
    streams_at_once: int = 4000  # connections that a page keeps open for news: two a page, 2,000 pages
    queued_events: int = 100  # in Gradio's queue before it says "busy": two school classes; drawings never stand in it
    queued_drawings: int = 1000  # beyond it the oldest is given up, and its page asks again
    sessions: int = 400  # pages and programs whose choices are remembered (sessions.py), the newest

    # requests a minute. Per visitor: what a person with one page cannot reach. For everyone: about what two cores do in a minute
    pictures: Rate = Rate(120, 600, "pictures")
    reads: Rate = Rate(60, 600, "readings by programs")
    uploads: Rate = Rate(60, 600, "uploads")
    pages: Rate = Rate(300, 1500, "page loads")  # counted by address: a class behind one reloads at once
    clicks: Rate = Rate(300, 3000, "clicks")
    evaluations: Rate = Rate(20, 300, "evaluations")  # joining the one under way counts: a class presses Run at once
    test_sets: Rate = Rate(5, 20, "test sets")
    logins: Rate = Rate(30, 60, "logins")  # a class behind one address comes in within two minutes; guessing does not

    def in_words(self) -> list[str]:
        """The limits as lines of text, for whoever starts a public link."""
        values = [(field.name, getattr(self, field.name)) for field in fields(self)]
        rates = [value for name, value in values if isinstance(value, Rate) and name != "logins"]
        per_minute = ", ".join(f"{rate.per_visitor} / {rate.for_everyone:,} {rate.name}" for rate in rates)
        return [
            f"a picture: {self.picture_bytes // MB} MB, {self.picture_pixels // 1_000_000} megapixels; "
            f"{self.pictures_in_memory} in memory at once",
            f"a minute, for one visitor / for all: {per_minute}",
            f"one evaluation at a time, its result for everyone; {self.queued_events} events in the queue; "
            f"{self.requests_at_once:,} requests at once",
            f"programs' uploads: {self.upload_folder_bytes // MB} MB on disk, deleted within a day",
            f"a test set of one's own, where allowed: {MOST_PACKED // MB} MB, {MOST_MEMBERS:,} files",
        ]


LIMITS = Limits()
