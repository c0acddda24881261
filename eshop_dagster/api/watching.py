"""How a new release, champion or key is taken up: looked for every second on a thread, built aside, swapped at once."""

import asyncio
import gc
import logging
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from eshop_dagster.adapters.api_keys import KeyStore, KeyStoreError
from eshop_dagster.adapters.customer_index import BrokenRelease
from eshop_dagster.adapters.files import can_write
from eshop_dagster.adapters.registry import RegistryError, RegistryUnavailable
from eshop_dagster.adapters.release import NoRelease, ReleaseDamaged
from eshop_dagster.api.access import Access
from eshop_dagster.api.metrics import Metrics
from eshop_dagster.api.state import Signs, State, build_state, read_models, read_signs
from eshop_dagster.shop import Shop
from eshop_dagster.stages.platform import Platform

log = logging.getLogger(__name__)

_MODELS_SECONDS = 30
_RETRY_SECONDS = 10

TROUBLES = {
    NoRelease: ("no_release", "nothing was published yet"),
    BrokenRelease: ("broken_release", "the newest release cannot be served"),
    ReleaseDamaged: ("broken_release", "the newest release cannot be served"),
    RegistryUnavailable: ("registry_away", "the model registry does not answer"),
    RegistryError: ("broken_champion", "a champion cannot be used"),
}


class Watcher:
    """Keeps the present state of one home.

    Args:
        platform: the home; only its release, its registry and its API keys are read.
        access: is given the home's keys.
        metrics: is told what is served, and what cannot be.
        seconds: between two looks.
    """

    def __init__(self, platform: Platform, access: Access, metrics: Metrics, seconds: float = 1.0) -> None:
        self.state: State | None = None
        self.trouble: str | None = "starting"
        self._platform = platform
        self._access = access
        self._metrics = metrics
        self._seconds = seconds
        scratch = platform.home / "api"
        # Its files have no name, and end with this process: any disk does where the home is read-only.
        is_open = can_write(platform.home) and can_write(scratch)
        self._scratch: Path = scratch if is_open else Path(tempfile.gettempdir())
        self._keys = KeyStore(platform.home)
        self._keys_stamp: object = ()
        self._keys_trouble = ""
        self._keys_lock = threading.Lock()
        access.look_again = self._look_for_keys
        self._failed: tuple[Signs, float] | None = None
        self._models_at = 0.0
        self._told = ""
        # Two: a key is taken up or revoked at once also while a release is built.
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="watch")

    @property
    def shop(self) -> Shop:
        """Whose the home is, also before its first release."""
        return self._platform.shop

    async def run(self) -> None:
        """Look until cancelled."""
        try:
            await asyncio.gather(self._again(self._look_for_keys), self._again(self.look))
        finally:
            self._pool.shutdown(wait=False, cancel_futures=True)
            # Libraries that count their objects at the end would take the frozen ones for leaks.
            gc.unfreeze()

    async def _again(self, look: Callable[[], None]) -> None:
        while True:
            await asyncio.get_running_loop().run_in_executor(self._pool, look)
            await asyncio.sleep(self._seconds)

    def look(self) -> None:
        """Take up what is new; what cannot be served leaves the present state in place, and says so."""
        try:
            self._look_for_news()
        except Exception as error:  # noqa: BLE001 - whatever it is, the present state goes on answering
            self._note(error)

    def _look_for_keys(self) -> None:
        with self._keys_lock:
            try:
                stamp = self._keys.stamp()
                if stamp != self._keys_stamp:
                    self._access.replace_keys(self._keys.kept())
                    self._keys_stamp, self._keys_trouble = stamp, ""
            except (KeyStoreError, OSError) as error:
                # Looked at again and again: a file's rights can be mended without a new time of writing.
                if str(error) != self._keys_trouble:
                    self._keys_trouble = str(error)
                    log.error("%s; the keys known before stay valid", error)

    def _look_for_news(self) -> None:
        signs = read_signs(self._platform)
        state = self.state
        if state is not None and state.signs == signs:
            self._recover()
            self._metrics.recovered()
            if time.monotonic() - self._models_at > _MODELS_SECONDS:
                self.state = replace(state, models=read_models(self._platform))
                self._models_at = time.monotonic()
            return
        if self._failed and self._failed[0] == signs and time.monotonic() < self._failed[1]:
            return
        try:
            state = build_state(self._platform, self._scratch, signs, state)
        except Exception:
            self._failed = (signs, time.monotonic() + _RETRY_SECONDS)
            raise
        if self.state is None:
            # Half a million objects of imported libraries: looking through them again stops every thread for 0.3 s.
            gc.collect()
            gc.freeze()
        # The one assignment by which every later request answers from the new state.
        self.state = state
        self._recover()
        self._models_at = time.monotonic()
        self._metrics.served(state)
        log.info("serving release %s with champions %s", state.release.name, dict(signs.champions))

    def _recover(self) -> None:
        # The same trouble is told again when it comes back.
        self._failed, self.trouble, self._told = None, None, ""

    def _note(self, error: Exception) -> None:
        reason, words = next(
            (found for kind, found in TROUBLES.items() if isinstance(error, kind)), ("error", "an unexpected error")
        )
        self.trouble = words
        self._metrics.failed(reason)
        if str(error) != self._told:
            self._told = str(error)
            log.error("%s: %s", words, error, exc_info=error if reason == "error" else None)
