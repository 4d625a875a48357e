"""Jinja2 templates → a JavaScript module (`module`), so that the page without a server draws a report with the templates of the app.

Jinja2 parses; here each of its nodes that our templates use becomes a line of JavaScript. jinja.js has what these lines call: scopes,
escaping, filters. A node that is not known here ends the build.
"""

import json
from collections.abc import Iterable

from jinja2 import nodes

from interface.templates import ENVIRONMENT

# What the page draws; with these come the templates that they import and include.
FIRST = (
    "headline.html",
    "matrix.html",
    "per_class.html",
    "epochs.html",
    "calibration.html",
    "robustness.html",
    "folder.html",
    "tiles.html",
    "trust.html",
    "report.html",
    "slices.html",
    *(
        f"evaluate/templates/{name}.html"
        for name in (
            "status",
            "gallery",
            "gallery_waiting",
            "confidence",
            "comparison",
            "slices",
            "other_hands",
            "audit",
            "working",
        )
    ),
    *(f"evaluate/templates/{name}.html" for name in ("evaluating", "starting", "quiet")),
    "static_site/evaluate/axes.html",
)
COMPARISONS = {"eq": "===", "ne": "!==", "gt": ">", "gteq": ">=", "lt": "<", "lteq": "<="}
ARITHMETIC = {nodes.Sub: "-", nodes.Mul: "*", nodes.Div: "/"}


class TemplateError(Exception):
    """A template uses what is not translated; the text says what and where."""


def module() -> str:
    """The text of templates.js: by name, a function of a scope that gives the HTML."""
    found: dict[str, str] = {}
    waiting = list(FIRST)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        loader = ENVIRONMENT.loader
        assert loader
        parsed = ENVIRONMENT.parse(loader.get_source(ENVIRONMENT, name)[0], name)
        found[name] = Translated(name).function(parsed.body)
        waiting += [
            node.template.value
            for node in parsed.find_all((nodes.FromImport, nodes.Include))
            if isinstance(node.template, nodes.Const)
        ]
    lines = [f"  {json.dumps(name)}: (j, s) => {code},\n" for name, code in sorted(found.items())]
    return "export const templates = {\n" + "".join(lines) + "};\n"


class Translated:
    """The JavaScript of one template. In it `j` is jinja.js and `s` the scope, a chain of objects from the inside out."""

    def __init__(self, name: str):
        self.name = name

    def function(self, body: Iterable[nodes.Node]) -> str:
        """A block that returns the HTML of a body, marked as such."""
        return "{ let o = ''; " + self.statements(body) + " return j.markup(o); }"

    def statements(self, body: Iterable[nodes.Node]) -> str:
        return " ".join(self.statement(node) for node in body)

    def statement(self, node: nodes.Node) -> str:
        """A statement that adds to `o` or changes `s`."""
        match node:
            case nodes.Output():
                return " ".join(
                    f"o += {json.dumps(part.data)};"
                    if isinstance(part, nodes.TemplateData)
                    else f"o += j.escaped({self.value(part)});"
                    for part in node.nodes
                )
            case nodes.If():
                found = f"if (j.truthy({self.value(node.test)})) {{ {self.statements(node.body)} }}"
                for other in node.elif_:
                    found += f" else if (j.truthy({self.value(other.test)})) {{ {self.statements(other.body)} }}"
                return found + (f" else {{ {self.statements(node.else_)} }}" if node.else_ else "")
            case nodes.For(test=None, recursive=False) if not node.else_:
                return (
                    f"for (const [i, one, all] of j.each({self.value(node.iter)})) {{ const outer = s; {{ const s = j.loop(outer, i, all);"
                    f" {self.assigned(node.target, 'one')} {self.statements(node.body)} }} }}"
                )
            case nodes.Assign():
                return self.assigned(node.target, self.value(node.node))
            case nodes.Macro():
                return f"s.{node.name} = {self.macro(node)};"
            case nodes.CallBlock():
                caller = f"() => {self.function(node.body)}"
                return f"o += j.escaped({self.call(node.call, caller)});"
            case nodes.FromImport():
                names = json.dumps([name if isinstance(name, str) else name[0] for name in node.names])
                return f"j.take(s, {self.value(node.template)}, {names});"
            case nodes.Include():
                return f"o += j.escaped(j.included({self.value(node.template)}, s));"
        raise TemplateError(f"{self.name}, line {node.lineno}: {type(node).__name__} is not translated")

    def assigned(self, target: nodes.Node, value: str) -> str:
        """A target, or several, set in the scope."""
        if isinstance(target, nodes.Tuple):
            names = ", ".join(f"s.{item.name}" for item in target.items if isinstance(item, nodes.Name))
            return f"[{names}] = {value};"
        assert isinstance(target, nodes.Name)
        return f"s.{target.name} = {value};"

    def macro(self, node: nodes.Macro) -> str:
        names = [argument.name for argument in node.args]
        defaults = [self.value(default) for default in node.defaults]
        return f"j.macro(s, {json.dumps(names)}, [{', '.join(defaults)}], (s) => {self.function(node.body)})"

    def call(self, node: nodes.Call, caller: str = "null") -> str:
        arguments = ", ".join(map(self.value, node.args))
        if isinstance(node.node, nodes.Getattr):
            return f"j.method({self.value(node.node.node)}, {json.dumps(node.node.attr)}, [{arguments}])"
        named = ", ".join(f"{json.dumps(pair.key)}: {self.value(pair.value)}" for pair in node.kwargs)
        return f"j.called({self.value(node.node)}, [{arguments}], {{{named}}}, {caller})"

    def value(self, node: nodes.Node) -> str:
        """An expression."""
        match node:
            case nodes.Const():
                return json.dumps(node.value)
            case nodes.TemplateData():
                return json.dumps(node.data)
            case nodes.Name():
                return f"j.named(s, {json.dumps(node.name)})"
            case nodes.List() | nodes.Tuple():
                return f"[{', '.join(map(self.value, node.items))}]"
            case nodes.Dict():
                return f"{{{', '.join(f'[{self.value(pair.key)}]: {self.value(pair.value)}' for pair in node.items)}}}"
            case nodes.Getattr():
                return f"j.attribute({self.value(node.node)}, {json.dumps(node.attr)})"
            case nodes.Getitem(arg=nodes.Slice() as part):
                start, stop = (self.value(edge) if edge else "undefined" for edge in (part.start, part.stop))
                return f"{self.value(node.node)}.slice({start}, {stop})"
            case nodes.Getitem():
                return f"j.attribute({self.value(node.node)}, {self.value(node.arg)})"
            case nodes.Filter():
                arguments = [node.node, *node.args]
                return f"j.filters[{json.dumps(node.name)}]({', '.join(self.value(one) for one in arguments if one)})"
            case nodes.Test(name="none"):
                return f"({self.value(node.node)} == null)"
            case nodes.Call():
                return self.call(node)
            case nodes.CondExpr():
                other = self.value(node.expr2) if node.expr2 else '""'
                return f"(j.truthy({self.value(node.test)}) ? {self.value(node.expr1)} : {other})"
            case nodes.Compare(ops=[nodes.Operand() as operand]):
                left, right = self.value(node.expr), self.value(operand.expr)
                if operand.op in ("in", "notin"):
                    return f"{'!' if operand.op == 'notin' else ''}j.contains({right}, {left})"
                return f"({left} {COMPARISONS[operand.op]} {right})"
            case nodes.And() | nodes.Or():
                return f"j.{'both' if isinstance(node, nodes.And) else 'either'}({self.value(node.left)}, () => {self.value(node.right)})"
            case nodes.Not():
                return f"(!j.truthy({self.value(node.node)}))"
            case nodes.Neg():
                return f"(-{self.value(node.node)})"
            case nodes.Add():
                return f"j.sum({self.value(node.left)}, {self.value(node.right)})"
            case nodes.Concat():
                return f"j.joined([{', '.join(map(self.value, node.nodes))}])"
        if type(node) in ARITHMETIC and isinstance(node, nodes.BinExpr):
            return f"({self.value(node.left)} {ARITHMETIC[type(node)]} {self.value(node.right)})"
        raise TemplateError(f"{self.name}, line {node.lineno}: {type(node).__name__} is not translated")
