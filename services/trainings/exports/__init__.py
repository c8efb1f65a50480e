"""What is kept in trainings as sheets that anybody's spreadsheet program opens, on record."""
