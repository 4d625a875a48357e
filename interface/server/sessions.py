"""What the server remembers of each open page: its choices, and no more. `Sessions` takes the place of Gradio's.

Gradio keeps with every page the settings of every component and the newest value of each, pictures included (60–300 kB), for
links into an app's state. This app's links hold everything themselves, so a page costs a few kB here.
"""

from typing import Any

from gradio.blocks import Blocks
from gradio.state_holder import SessionState, StateHolder


class Session(SessionState):
    """One page's values of ``gr.State``."""

    def __init__(self, blocks: Blocks):
        super().__init__(blocks)
        self.config_values.clear()

    def __setitem__(self, key: int, value: Any) -> None:
        super().__setitem__(key, value)
        self.config_values.clear()

    def _update_config(self, key: int) -> None:
        pass

    def _update_value_in_config(self, key: int, value: Any) -> None:
        pass


class Sessions(StateHolder):
    """The sessions of all pages, the newest of them; for an app's ``state_holder``."""

    def __getitem__(self, session_id: str) -> SessionState:
        if session_id not in self.session_data:
            self.session_data[session_id] = Session(self.blocks)
        return super().__getitem__(session_id)
