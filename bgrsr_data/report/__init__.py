"""The report: one page that shows what is in the set."""
