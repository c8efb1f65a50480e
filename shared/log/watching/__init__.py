"""The witness: whoever follows a log keeps its tree, checks its checkpoints, and says what differs.

submissions   what is sent to a witness, as C2SP tlog-witness writes it
deciding      whether a checkpoint may be cosigned: one decision for queue and HTTP
copies        the leaf hashes of followed logs, and what differs from them
alarms        what differs, as events of the watching service's log
"""
