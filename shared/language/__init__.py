"""Five languages, three scripts: messages, folding for search, money and days by locale."""
