"""Review in FiftyOne: verdicts come back into the ledger and gate everything after the row they judge."""
