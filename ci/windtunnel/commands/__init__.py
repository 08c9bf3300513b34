"""What the commands do beside checking: each in a file of its own, called by the command line."""
