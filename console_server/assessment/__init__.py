"""Assessment by the pack's schemes, from verdicts, cases, and what people enter."""
