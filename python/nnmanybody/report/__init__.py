"""Results -> one HTML page that opens without a network: pieces (page, table, figure, charts) and the page of a fit."""
