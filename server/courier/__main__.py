"""`python -m server.courier`: one process, as the units start it."""

import sys

from server.courier.main import main

sys.exit(main())
