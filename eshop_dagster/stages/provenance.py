"""What a version's release record says of the code that made it."""

import subprocess

from eshop_dagster.adapters.dbt import project_hash
from eshop_dagster.adapters.files import file_sha256, folder_sha256
from eshop_dagster.settings import LOCK_FILE, PROJECT_DIR, image_commit


def code_tags() -> dict[str, str]:
    """Return the identity of the training code, the dbt project, the lock file and the git commit."""
    own = _git("rev-parse", "HEAD")
    return {
        "code_hash": folder_sha256(PROJECT_DIR / "eshop_dagster" / "ml", "**/*.py")[:16],
        "dbt_project_hash": project_hash(),
        "lock_file_hash": file_sha256(LOCK_FILE)[:16] if LOCK_FILE.exists() else "none",
        "git_commit": own or image_commit() or "none",
        "git_is_dirty": str(bool(_git("status", "--porcelain", "--untracked-files=no"))).lower() if own else "unknown",
    }


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=PROJECT_DIR, capture_output=True, text=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):  # an image without git or without history
        return ""
    return done.stdout.strip()
