"""A small made-up table of absences, and the script that makes it."""
