"""What the log must not hold: addresses that are keys."""

from __future__ import annotations

import logging
import re

# A link's token stands behind /s/, a dataset's id behind d= (or, escaped, %64=), the
# id of a tab where its uploads go; whoever knows the address of a download has it.
_KEYS = re.compile(
    r"(/s/|/upload_file/|/media/|[?&;](?:d|%64)=)[^\s&;\"'?#]+", re.IGNORECASE
)
LOGGERS = ("uvicorn.access", "uvicorn.error", "uvicorn.asgi", "streamlit")


def hidden(text: str) -> str:
    """Return a text with … in place of every token and id of an address."""
    return _KEYS.sub(r"\1…", text)


class HiddenKeys(logging.Filter):
    """Takes keys out of a record before any handler writes it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass; what it says of addresses is cut."""
        record.msg = _cut(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(_cut(each) for each in record.args)
        return True


def hide_keys() -> None:
    """Keep keys out of the server's log, whoever started the server."""
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(each, HiddenKeys) for each in logger.filters):
            logger.addFilter(HiddenKeys())


def _cut(value: object) -> object:
    return hidden(value) if isinstance(value, str) else value
