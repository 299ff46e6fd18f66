"""Files with a dashboard in them, changed as somebody would who knows the format."""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from retention_ui.keeping import folders

if TYPE_CHECKING:
    from pathlib import Path

Said = dict[str, Any]


@dataclass
class Forged:
    """What is in a file, to be changed; hashes and sizes are made to fit again."""

    said: Said
    folders: list[dict[str, bytes]]
    extra: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, path: Path) -> Forged:
        with zipfile.ZipFile(path) as archive:
            said = json.loads(archive.read("manifest.json"))
            content = {
                sha: archive.read(f"files/{sha}") for sha in sorted(said["files"])
            }
        packed = [
            {name: content[sha] for name, sha in folder.items()}
            for folder in said["folders"]
        ]
        return cls(said, packed)

    def put(self, name: str, content: bytes, folder: int = 0) -> None:
        self.folders[folder][name] = content

    def put_json(self, name: str, content: object, folder: int = 0) -> None:
        self.put(name, json.dumps(content).encode(), folder)

    def seal(self) -> None:
        """Make the digests fit the tables: nothing but the tables themselves tells."""
        for folder in self.folders:
            tables = [f"{name}.parquet" for name in folders.SEALED]
            digest = hashlib.sha256()
            for name in tables:
                if name in folder:
                    digest.update(hashlib.sha256(folder[name]).digest())
            folder["digest"] = digest.hexdigest().encode()

    def write(self, path: Path, **how: int) -> Path:
        files = {
            _sha(content): content
            for folder in self.folders
            for content in folder.values()
        }
        self.said["folders"] = [
            {name: _sha(content) for name, content in folder.items()}
            for folder in self.folders
        ]
        self.said["files"] = {sha: len(content) for sha, content in files.items()}
        self.said |= self.said.pop("instead", {})
        with zipfile.ZipFile(path, "w", **how) as archive:
            archive.writestr("manifest.json", json.dumps(self.said))
            for sha, content in files.items():
                archive.writestr(f"files/{sha}", content)
            for name, content in self.extra.items():
                archive.writestr(name, content)
        return path


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
