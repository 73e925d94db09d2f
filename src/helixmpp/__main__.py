"""``python -m helixmpp``: the command line; see :mod:`helixmpp.cli`."""

from helixmpp.cli import main

if __name__ == "__main__":
    main()
