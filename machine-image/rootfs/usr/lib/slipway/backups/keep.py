"""Which backups stay: the last one of each of the most recent hours, days and weeks that have any. Nothing here reads a
clock or a disk."""

import datetime
import re

NAME = re.compile(r"\d{8}T\d{6}Z")


def name_at(time):
    """The name of a backup that is made at a time, in seconds since 1970. Sorted by name they are sorted by time."""
    return datetime.datetime.fromtimestamp(time, datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")


def time_of(name):
    """When a backup was made, by its name; None where that is none."""
    try:
        return datetime.datetime.strptime(name, "%Y%m%dT%H%M%SZ") if NAME.fullmatch(name) else None
    except ValueError:
        return None


# ISO weeks, which begin on Mondays.
PERIODS = {
    "hourly": lambda time: time.strftime("%Y%m%d%H"),
    "daily": lambda time: time.strftime("%Y%m%d"),
    "weekly": lambda time: time.isocalendar()[:2],
}


def kept(names, policy):
    """Names of those that stay. What is no backup's name is never among those that go, and the newest one always stays.
    `policy` says how many of each of PERIODS."""
    times = {name: time_of(name) for name in names}
    backups = sorted((name for name in times if times[name]), reverse=True)
    stay = {name for name in names if not times[name]} | set(backups[:1])
    for period, of in PERIODS.items():
        last = {}
        for name in backups:
            last.setdefault(of(times[name]), name)
        stay.update(list(last.values())[: policy[period]])
    return stay


def period_of(name, before):
    """The longest of the periods in which a backup is the first, by the name of the one before it (None: there is none)."""
    time, last = time_of(name), time_of(before or "")
    for period in ("weekly", "daily"):
        if last is None or PERIODS[period](last) != PERIODS[period](time):
            return period
    return "hourly"
