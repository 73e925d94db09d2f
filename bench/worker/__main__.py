"""``python -m bench.worker LIBRARY``."""

import sys

from bench.worker.serve import serve

serve(sys.argv[1])
