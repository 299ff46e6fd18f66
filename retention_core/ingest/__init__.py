"""From files to one order table; the module itself can be called: ``ingest(files)``."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _Ingest(ModuleType):
    def __call__(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        from retention_core.ingest.pipeline import ingest

        return ingest(*arguments, **options)


sys.modules[__name__].__class__ = _Ingest
