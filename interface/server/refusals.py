"""A refusal: the HTTP status and the one sentence that a sender gets in place of an answer."""


class RequestRefused(Exception):
    """A request that goes no further. The text is the sentence for the sender; ``headers`` go with it.

    retry_after: seconds until the sender may try again.
    """

    def __init__(self, status: int, sentence: str, retry_after: int | None = None):
        super().__init__(sentence)
        self.status = status
        self.headers = {"Retry-After": str(retry_after)} if retry_after else {}
