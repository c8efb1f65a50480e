"""Zanat measured beside its peers: `make bench` runs every row and writes docs/performance.md.

A file of this folder named for what is done declares its rows at module level:

    @contextmanager
    def stage() -> Iterator[Stage]:                   # servers, data and the peer's process
        with Peer("eventsourcing_store") as peer:
            yield Stage(service, peer)

    def ours(stage: Stage) -> float:                  # one round, of a second or two: a rate
        return EVENTS / seconds

    def peer(stage: Stage) -> float:
        return stage.peer.ask("append", clients=1, events=EVENTS)

    ONE_CLIENT = Measure(
        name="append-one-client-postgresql",          # what ONLY= looks for; names the row's note
        order=1,                                      # its place in the table
        row="append of one event, one client, PostgreSQL",
        against="`eventsourcing` `app.save`",
        unit="events/s", at_least=1.5, aim=2.5,
        stage=stage, ours=ours, peer=peer,
    )

A further side that is shown but not judged stands in ``beside=(("what it is", function),)``. Where
little time is good, ``at_most`` (how many times the peer's) stands in place of ``at_least``.
Rows that stand next to each other and have the same ``stage`` share one. What a row needs of
servers it asks of ``tests.servers``; ``Unavailable`` leaves the row out and says so.

The runner (``running.py``) warms both up, then lets them take turns for five rounds, beginning with
each in turn; beside each round it times a loop of pure computing and one of fsyncs, so that a noisy
machine is seen. A row's ratio is median to median.

Peers run in .venv-peers, since what they depend on may contradict what we depend on. A peer is a
file in ``peers/`` that ends in ``serve(append=append, ...)``; ``Peer("<file>").ask("append", ...)``
calls the function there. Words about a row that is missed (the profile that shows why) stay in
``notes/<name>.md`` and are printed with it.

This package's own modules import nothing but the standard library at the top: peers import it too.
"""
