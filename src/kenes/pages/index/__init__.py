"""The report on an index, and its workbook."""
