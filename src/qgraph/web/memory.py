"""Answers of query processes that the pages of one process need again and again."""

import json
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

ENTRIES = 64
LARGEST = 2_000_000  # bytes


@dataclass
class Memory:
    """The answers used last. A key holds the state of the store, so nothing has to be made invalid."""

    entries: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def get(self, key: Hashable, make: Callable[[], bytes]) -> Any:
        """Return the values under *key*, which else *make* gives, as JSON, and are kept if they are few."""
        with self.lock:
            if key in self.entries:
                self.entries.move_to_end(key)
                return self.entries[key]
        written = make()
        values = json.loads(written)
        if len(written) <= LARGEST:
            with self.lock:
                self.entries[key] = values
                while len(self.entries) > ENTRIES:
                    self.entries.popitem(last=False)
        return values
