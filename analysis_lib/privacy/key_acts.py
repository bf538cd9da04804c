"""What is done with the keys, and how it is told (floor 9)."""

from __future__ import annotations

from analysis_lib import text
from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots import rotation
from analysis_lib.snapshots.encryption import SnapshotKey, is_encrypted, new_key
from analysis_lib.snapshots.keys import KeyStore
from analysis_lib.snapshots.schemas import TABLES
from analysis_lib.snapshots.store import Store
from analysis_lib.vocabulary.workspace import Workspace

__all__ = ["destroy", "encrypt", "new_key", "rotate", "status"]


def status(workspace: Workspace) -> str:
    """Which key versions there are, and how many stored files with pupil rows are encrypted."""
    keys, store = KeyStore(workspace), Store(workspace)
    lines = [
        f"Nyckelversion {version}: {'används' if version == keys.current_version else 'ersatt'}"
        for version in keys.versions()
    ]
    stored = [store.path(s) for s, _, _ in store.everything() if TABLES[s.table].holds_pupils]
    files = [path for path in stored if path.is_file()]
    locked = sum(is_encrypted(path) for path in files)
    lines.append(f"Filer med elevuppgifter: {len(files)}, varav {locked} krypterade")
    lines.append(f"Nyckel i miljön: {'ja' if SnapshotKey.from_environment() else 'nej'}")
    return "\n".join(lines if keys.versions() else ["Det finns ingen nyckel ännu.", *lines])


def rotate(workspace: Workspace) -> str:
    """Makes a new key version for all pupils; the old key is kept until it is destroyed."""
    done = rotation.rotate(workspace)
    return (
        f"Ny nyckelversion {done.after}: {text.count(done.pupils)} elever och {text.count(done.rows)} rader "
        f"har fått nya pseudonymer. Version {done.before} finns kvar: ta bort den med skolbank keys destroy "
        f"--version {done.before} när den inte behövs, och glöm inte säkerhetskopiorna."
    )


def encrypt(workspace: Workspace) -> str:
    """Encrypts the stored pupil rows with the key of the environment."""
    done, kept = rotation.encrypt_all(workspace)
    return f"{done} filer krypterades, {kept} var krypterade redan."


def destroy(workspace: Workspace, version: int) -> str:
    """Destroys an old key version for good."""
    if version < 1:
        raise SkolbankError(
            "key-version-missing",
            "Säg vilken nyckelversion som ska förstöras",
            where="--version",
            remedy="skolbank keys status visar dem som finns.",
        )
    KeyStore(workspace).destroy(version)
    return (
        f"Nyckelversion {version} är förstörd. Om den inte finns på en säkerhetskopia kan pseudonymer som "
        "den gjorde inte längre ledas till en person."
    )
