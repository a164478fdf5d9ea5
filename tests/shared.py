"""What the tests read once and share."""

from docs._tools.records import Records

RECORDS = Records()  # each reads a file again only where it has changed
