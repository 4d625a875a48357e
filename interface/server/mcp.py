"""The answers of the MCP tool as JSON; Gradio would write Python's own notation."""

import json


def as_json(data: list, root_url: str) -> list:
    """One JSON text for each output of `read`, whatever the address. In place of Gradio's ``postprocess_output_data``."""
    from mcp.types import TextContent

    plain = [output.model_dump() if hasattr(output, "model_dump") else output for output in data]
    return [TextContent(type="text", text=json.dumps(output)) for output in plain]
