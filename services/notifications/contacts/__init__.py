"""How people can be reached, as the services that know them say."""
