"""`python -m hcai_app …`."""

import sys

from hcai_app.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
