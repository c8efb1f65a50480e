"""People's data: the keyring, sealing of personal fields, blind indexes."""
