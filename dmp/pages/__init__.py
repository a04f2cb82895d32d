"""Pages for people who look rather than query: the published build in a browser.

One module a page: `read(build)` returns what its template of the same name shows. Nothing here works anything out that
a table does not hold, and nothing writes but the record of who looked at whom.
"""
