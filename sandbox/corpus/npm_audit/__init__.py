"""The real `npm audit signatures`, asked about the npm publications of the corpus on loopback."""
