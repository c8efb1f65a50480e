"""What a kind of alarm is called, what it means and what to do, for people who read no code."""

from __future__ import annotations

from typing import Final, NamedTuple

from shared.language.marking import N_
from shared.log.watching.alarms import Kind


class Words(NamedTuple):
    """Title, what it means, what to do; msgids."""

    title: str
    meaning: str
    to_do: str


WORDS: Final = {
    Kind.fork: Words(
        N_("The log was forked"),
        N_("It signed a checkpoint that is not of the entries that were seen here before."),
        N_(
            "Stop changes of the service's database, keep a copy of it and of this service's, "
            "and find out who could write there. The two signed notes prove that both were told."
        ),
    ),
    Kind.rewritten: Words(
        N_("An entry was rewritten"),
        N_("It was asked for again and came with other bytes than the first time."),
        N_(
            "The copy here is the first that was told. Compare it with the entry in the service's "
            "database, and find out who could write there."
        ),
    ),
    Kind.missing: Words(
        N_("An entry is missing"),
        N_("It was asked for several times and not given, though the log goes further."),
        N_(
            "See whether the row is gone from the service's database. What was seen of it before "
            "is still in the copy here."
        ),
    ),
    Kind.reordered: Words(
        N_("Entries changed places"),
        N_("At this position came an entry that was seen at another position before."),
        N_("Compare the log in the service's database with the copy here."),
    ),
    Kind.shrunk: Words(
        N_("The log became shorter"),
        N_("Several times it told that it ends before what was seen of it: as after a backup."),
        N_(
            "If a backup was brought back: stop the service before it writes, bring back a newer "
            "one, or put on record which entries are lost; they are still in the copy here."
        ),
    ),
    Kind.signature: Words(
        N_("A checkpoint was signed by nobody known"),
        N_("No key that is on record for this log signed it, or it is of another log."),
        N_(
            "See whether the key was changed by hand rather than by the command, and who can "
            "send messages to the queue."
        ),
    ),
    Kind.stopped: Words(
        N_("The log fell silent"),
        N_("Neither its end nor a checkpoint of its key was announced for a while."),
        N_("See whether the service's worker runs and reaches the queue. This ends by itself."),
    ),
    Kind.uncovered: Words(
        N_("The log shows no checkpoint of now"),
        N_(
            "It says that it lives, but for a while came no checkpoint that its key signed, or "
            "none that covers its entries."
        ),
        N_(
            "See what the service's worker says: it refuses to sign a log that does not go on "
            "from what it signed, and it needs its key. This ends by itself."
        ),
    ),
    Kind.uncosigned: Words(
        N_("The log's checkpoints are not cosigned"),
        N_("They come, and for a while none of them could be cosigned here."),
        N_(
            "See which other alarms there were about this log, and what the worker of the service "
            "that watches it says. This ends by itself."
        ),
    ),
    Kind.damaged: Words(
        N_("The copy here lost rows"),
        N_(
            "Rows are gone from the copy that is kept here of the log. What came of the entries "
            "was hashed again; it counts only when it gives the root that was witnessed last."
        ),
        N_(
            "Find out who could write to the database of the service that found this. Of the log "
            "itself it says nothing."
        ),
    ),
}
"""Of every kind."""


def words_of(kind: str) -> Words:
    """A kind that a newer version raised is shown by its name."""
    return WORDS[Kind(kind)] if kind in set(Kind) else Words(kind, kind, "")
