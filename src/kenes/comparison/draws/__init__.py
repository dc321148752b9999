"""What may be otherwise, drawn: variants, errors of cells, intervals and what they depend on."""
