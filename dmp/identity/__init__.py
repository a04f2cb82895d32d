"""Who is who: links between identifiers, the rules against joining too much, and the people that follow from both."""
