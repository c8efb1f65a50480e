"""The register of a whole programme as spreadsheets: read it, judge every cell, invent others.

``read(Path("examples/register"))`` returns every row with typed fields, or raises
``RegisterErrors`` that names each bad cell by file, row and column. Nothing here writes to an
installation; only the command line imports this package.
"""
