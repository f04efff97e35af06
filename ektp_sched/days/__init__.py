"""The office day by day: the morning, what was printed, one person, the month."""
