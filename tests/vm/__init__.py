"""A booted Debian with Stoop installed on it, and a street around it that is not the internet: `python3 run.py vm`."""
