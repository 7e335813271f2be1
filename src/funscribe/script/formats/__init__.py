"""The formats of scripts: funscript 1.0, 1.1 and 2.0, sets of files, and CSV."""
