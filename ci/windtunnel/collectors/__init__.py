"""Reality turned into facts: the only rooms that run other people's code, always in a child process."""
