"""YAML as text: tables, lists and strings; the schema makes numbers and booleans of them."""

from __future__ import annotations

import yaml


def parse_yaml(content: bytes) -> object:
    """Return what a document says; an empty one is an empty table.

    Raises:
        ValueError: It is no YAML, or has a key twice.
    """
    try:
        found = yaml.compose(content, yaml.SafeLoader)
        return _Plain().of(found) if found is not None else {}
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        sentence = f"{line}{error.problem or 'malformed YAML'}"
        raise ValueError(sentence) from None
    except (yaml.YAMLError, RecursionError):
        sentence = "not YAML in UTF-8"
        raise ValueError(sentence) from None


class _Plain:
    """Nodes as plain values; one that is named several times is made once."""

    def __init__(self) -> None:
        self._made: dict[int, object] = {}

    def of(self, node: yaml.Node) -> object:
        """Return the value of a node.

        Raises:
            ValueError: A table in it has a key twice, or it is in itself.
        """
        key = id(node)
        if key not in self._made:
            self._made[key] = self  # in progress
            self._made[key] = self._make(node)
        if self._made[key] is self:
            message = f"line {node.start_mark.line + 1}: an alias of itself"
            raise ValueError(message)
        return self._made[key]

    def _make(self, node: yaml.Node) -> object:
        if isinstance(node, yaml.MappingNode):
            table: dict[object, object] = {}
            for name, value in node.value:
                wrong = None
                if not isinstance(name, yaml.ScalarNode):
                    wrong = "a key must be text"
                elif name.value in table:
                    wrong = f"{name.value} is there twice"
                if wrong is not None:
                    message = f"line {name.start_mark.line + 1}: {wrong}"
                    raise ValueError(message)
                table[name.value] = self.of(value)
            return table
        if isinstance(node, yaml.SequenceNode):
            return [self.of(each) for each in node.value]
        return "" if node.tag == "tag:yaml.org,2002:null" else node.value
