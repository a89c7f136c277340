"""Any public page of the web: articles of news sites, and the sites of candidates and offices."""
