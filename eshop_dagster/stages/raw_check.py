"""Is raw as it was pulled? Asked before anything is built from it; the answer names what makes it whole again."""

from collections.abc import Collection
from datetime import date

from eshop_dagster.adapters.raw_store import Damage, RawStoreError
from eshop_dagster.adapters.sources import load_source_config, open_source
from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.registered import Register
from eshop_dagster.stages.platform import Platform, yesterday
from eshop_dagster.stages.progress import tell

_SHOWN_FILES = 20


def check_raw(platform: Platform, days: Collection[date] | None = None, every_day_of: Collection[str] = ()) -> None:
    """Hold every file of raw, or of these days, against the record of its day: a sum over a changed file is wrong.

    Args:
        platform: the home.
        days: these only; default: all.
        every_day_of: tables whose files of the other days are read, too.

    Raises:
        RawStoreError: raw holds no day, or other files than were pulled; the message names them and the remedy.
    """
    platform.raw.finish_killed_pull()
    platform.raw.write_empty_tables()
    damaged = platform.raw.damaged(lambda done, total: tell("check raw", done, total), days, every_day_of)
    if damaged:
        lines = [f"- {one.file} {one.what}" for one in damaged[:_SHOWN_FILES]]
        if len(damaged) > _SHOWN_FILES:
            lines.append(f"- and {len(damaged) - _SHOWN_FILES} more")
        listed = "\n".join([*lines, *_remedies(platform, damaged)])
        raise RawStoreError(
            f"raw is not as it was pulled (files: {len(damaged)}), and the warehouse can be built from raw only. "
            f"Nothing was changed.\n{listed}\nThen run the same command again."
        )
    if not platform.raw.day_hashes():
        raise RawStoreError("there is no raw data to build from: pull some days first (`eshop run`)")


def _remedies(platform: Platform, damaged: list[Damage]) -> list[str]:
    """Return what makes the damaged days whole again: one line each run of days of a source."""
    own = _own_source(platform)
    lines = []
    for source in sorted({one.source for one in damaged if one.source}):
        days = sorted({one.day for one in damaged if one.source == source})
        for first, last in _ranges(days):
            if own in (source, None) or source == Register.name:
                lines.append(f"Pull again: `eshop run --from {first} --to {last} --repull --home {platform.home}`")
            else:
                lines.append(f"Put the report {source} of {first} to {last} into {platform.home / 'inbox'} again.")
    return lines


def _own_source(platform: Platform) -> str | None:
    """Return the name of the source that `eshop run` pulls from, if any; the others came through the inbox."""
    config = load_source_config(platform.home)
    try:
        return open_source(config, yesterday()).source.name if config else None
    except SourceError:
        # The Olist folder or the report is not there now; inbox reports bear the name of their mapping.
        return config.kind if config else None


def _ranges(days: list[date]) -> list[tuple[date, date]]:
    """Return runs of consecutive days as first and last day."""
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and (day - runs[-1][1]).days == 1:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs
