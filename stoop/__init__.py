"""The command line: demo, run, open, analyze, bench; and the reader, the only code that decrypts."""
