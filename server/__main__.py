"""`python -m server`: one process, as the units start it."""

import sys

from server.main import main

sys.exit(main())
