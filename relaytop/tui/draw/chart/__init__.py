"""Charts of one target as lines of text: the line, bands, the histogram, the heat map."""
