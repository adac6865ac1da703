"""What responders take away: one file per format, listed here by hand."""

from checks.exports import csv_rows, openvex, osv, whole_json
from checks.exports.base import Export

EXPORTS: dict[str, Export] = {export.NAME: export for export in (osv, openvex, csv_rows, whole_json)}
