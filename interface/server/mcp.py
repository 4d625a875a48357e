"""What MCP clients get: JSON, where Gradio would write Python's own notation."""

import json


def as_json(outputs: list, _root: str) -> list:
    """What an MCP client gets for the outputs of `read`: JSON. Gradio would write Python's own notation."""
    from mcp.types import TextContent

    plain = [output.model_dump() if hasattr(output, "model_dump") else output for output in outputs]
    return [TextContent(type="text", text=json.dumps(output)) for output in plain]
