"""A second person stands for who somebody is, one by one or many at once; and missing papers."""
